// A command-line or desktop program that signs a person in through their browser (RFC 8252), with oauth4webapi: every step is a call of its
// own, nothing is hidden. node command-line.mjs ISSUER CLIENT_ID prints an address to open, then who signed in.
import { createServer } from 'node:http'
import * as oauth from 'oauth4webapi'

const issuer = new URL(process.argv[2])
const client = { client_id: process.argv[3], id_token_signed_response_alg: 'ES256' }
// A program on people's machines can keep no secret: PKCE alone proves that who asked and who redeems are one.
const proof = oauth.None()
// The demo region runs on http://localhost; everywhere else the library insists on https.
const options = { [oauth.allowInsecureRequests]: issuer.hostname === 'localhost' }

const provider = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))

// Any free port: the registered http://127.0.0.1/callback stands for all of them.
const listener = createServer()
await new Promise((ready) => listener.listen(0, '127.0.0.1', ready))
const redirectUri = `http://127.0.0.1:${listener.address().port}/callback`

const verifier = oauth.generateRandomCodeVerifier()
const state = oauth.generateRandomState()
const nonce = oauth.generateRandomNonce()
const ask = new URL(provider.authorization_endpoint)
ask.search = new URLSearchParams({
  client_id: client.client_id, redirect_uri: redirectUri, response_type: 'code', scope: 'openid profile roles', state, nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
})
console.log(`Open ${ask.href}`)

const answer = await new Promise((came) => listener.on('request', (request, response) => {
  const url = new URL(request.url, redirectUri)
  if (url.pathname !== '/callback') return response.writeHead(404).end()
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' }).end('Можно вернуться в программу.')
  came(url)
}))
listener.close()

// Compares iss (RFC 9207) and state, and throws on an error.
const parameters = oauth.validateAuthResponse(provider, client, answer, state)
const redeemed = await oauth.processAuthorizationCodeResponse(
  provider, client, await oauth.authorizationCodeGrantRequest(provider, client, proof, parameters, redirectUri, verifier, options),
  { expectedNonce: nonce, requireIdToken: true })
const { sub } = oauth.getValidatedIdTokenClaims(redeemed)
await show('Signed in', redeemed.access_token)

const refreshed = await oauth.processRefreshTokenResponse(
  provider, client, await oauth.refreshTokenGrantRequest(provider, client, proof, redeemed.refresh_token, options))
await show('Still', refreshed.access_token)

// Done: the tokens are given back (RFC 7009), so that nobody finds one of use on this machine.
await oauth.processRevocationResponse(await oauth.revocationRequest(provider, client, proof, refreshed.refresh_token, options))
console.log('Signed out')

async function show(what, accessToken) {
  const person = await oauth.processUserInfoResponse(provider, client, sub, await oauth.userInfoRequest(provider, client, accessToken, options))
  console.log(`${what}: ${person.name}, ${person.active_role?.role}`)
}
