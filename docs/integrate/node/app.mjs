// A small service that people sign in to: node app.mjs, with the settings below in its environment.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { SignIn, isOver, refusal } from './sign-in.mjs'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, CLIENT_KEY_FILE, BASE_URL = 'http://localhost:3000' } = process.env
const signIn = new SignIn({
  issuer: ISSUER, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, clientKey: CLIENT_KEY_FILE && readFileSync(CLIENT_KEY_FILE, 'utf8'),
  baseUrl: BASE_URL, scope: 'openid profile roles children',
})

// Session by the value of its cookie. In memory here; a service of several nodes keeps them in its database.
const sessions = new Map()
const secure = BASE_URL.startsWith('https:')
const cookieName = secure ? '__Host-example' : 'example'

const routes = {
  'GET /': async ({ session, answer }) => answer(200, session?.person ? page(session.person) : '<p><a href="/login">Войти</a></p>'),

  'GET /login': async ({ session, answer, open }) => {
    const { url, pending } = await signIn.begin()
    // By state: a person may begin in two tabs.
    const waiting = session ?? open({ pending: new Map() })
    waiting.pending.set(pending.state, pending)
    answer(303, '', { Location: url })
  },

  'GET /callback': async ({ url, session, answer, open, close }) => {
    const pending = session?.pending.get(url.searchParams.get('state'))
    if (!pending) return answer(400, '<p>Вход начат в другом браузере или слишком давно. <a href="/login">Войти</a></p>')
    session.pending.delete(pending.state)
    const person = await signIn.complete(url, pending)
    // A new cookie: nobody who knew the old one is signed in with it.
    close()
    open({ person, pending: new Map() })
    answer(303, '', { Location: '/' })
  },

  'POST /refresh': async ({ session, answer, close }) => {
    if (!session?.person) return answer(303, '', { Location: '/login' })
    try {
      // One at a time: a refresh token that comes twice ends the sign-in.
      await (session.refreshing ??= signIn.refresh(session.person).then((person) => (session.person = person)).finally(() => delete session.refreshing))
    } catch (error) {
      if (!isOver(error)) throw error
      close()
    }
    answer(303, '', { Location: '/' })
  },

  'POST /logout': async ({ session, answer, close }) => {
    close()
    answer(303, '', { Location: session?.person ? await signIn.end(session.person) : '/' })
  },

  // Called by the region's service, without any cookie.
  'POST /backchannel-logout': async ({ body, answer }) => {
    let ended
    try { ended = await signIn.endedSession(new URLSearchParams(await body()).get('logout_token') ?? '') } catch { return answer(400, '') }
    for (const [id, { person }] of sessions) if (person?.sid === ended) sessions.delete(id)
    answer(200, '')
  },
}
if (CLIENT_KEY_FILE) routes['GET /jwks.json'] = async ({ answer }) => answer(200, JSON.stringify(await signIn.publicKeys()), { 'Content-Type': 'application/json' })

createServer(async (request, response) => {
  const url = new URL(request.url, BASE_URL)
  const id = request.headers.cookie?.split('; ').find((c) => c.startsWith(cookieName + '='))?.slice(cookieName.length + 1)
  const cookies = []
  const setCookie = (value, age) => cookies.push(`${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}${secure ? '; Secure' : ''}`)
  const answer = (status, body, headers = {}) =>
    response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', 'Set-Cookie': cookies.slice(-1), ...headers }).end(body)
  const open = (session) => {
    const name = randomBytes(32).toString('base64url')
    sessions.set(name, session)
    setCookie(name, 8 * 3600)
    return session
  }
  const close = () => {
    sessions.delete(id)
    setCookie('', 0)
  }
  const route = routes[`${request.method} ${url.pathname}`]
  try {
    if (route) await route({ url, session: sessions.get(id), answer, open, close, body: () => read(request) })
    else answer(404, '')
  } catch (error) {
    const word = refusal(error)
    if (word) return answer(403, `<p>Вход не состоялся (${escape(word)}). <a href="/login">Ещё раз</a></p>`)
    console.error(error)
    answer(502, '<p>Вход сейчас не получился. <a href="/login">Ещё раз</a></p>')
  }
}).listen(new URL(BASE_URL).port || 3000, '127.0.0.1', () => console.log(`Ready at ${BASE_URL}`))

async function read(request) {
  let body = ''
  for await (const chunk of request) if ((body += chunk).length > 65536) throw new Error('The body is too long.')
  return body
}

const escape = (text) => String(text ?? '').replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

const page = ({ claims }) => `<h1>${escape(claims.name)}</h1>
<p>Роль: <span id="role">${escape(claims.active_role?.role)}</span></p>
<ul>${(claims.children ?? []).map((child) => `<li>${escape(child.name)}, ${escape(child.class)}</li>`).join('')}</ul>
<form method="post" action="/refresh"><button>Спросить ещё раз, кто я</button></form>
<form method="post" action="/logout"><button>Выйти</button></form>`
