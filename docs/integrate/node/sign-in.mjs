// Signing in through the region's service with openid-client. Known there by a secret or, stricter, by a private key: then the
// service's public key stands at /jwks.json, and requests are handed over beforehand (RFC 9126), so that nothing of them stands in an address.
import * as jose from 'jose'
import * as oidc from 'openid-client'

export class SignIn {
  #settings
  #connection

  /** settings: issuer, clientId, baseUrl, scope, and clientSecret or clientKey (PEM, PKCS#8, P-256). */
  constructor(settings) {
    this.#settings = settings
  }

  get #strict() {
    return this.#settings.clientKey !== undefined
  }

  // Read at the first sign-in, so that the service starts while the region's is away; a failure is not remembered.
  #connect() {
    return (this.#connection ??= this.#discover().catch((error) => {
      this.#connection = undefined
      throw error
    }))
  }

  async #discover() {
    const { issuer, clientId, clientSecret } = this.#settings
    const proof = this.#strict ? oidc.PrivateKeyJwt(await this.#key()) : oidc.ClientSecretBasic(clientSecret)
    // The demo region runs on http://localhost; everywhere else the library insists on https.
    const execute = new URL(issuer).hostname === 'localhost' ? [oidc.allowInsecureRequests] : []
    const config = await oidc.discovery(new URL(issuer), clientId, { id_token_signed_response_alg: 'ES256' }, proof, { execute })
    return { config, keys: jose.createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri)) }
  }

  async #key() {
    const key = await jose.importPKCS8(this.#settings.clientKey, 'ES256', { extractable: true })
    const { d, ...publicPart } = await jose.exportJWK(key)
    return { key, kid: await jose.calculateJwkThumbprint(publicPart), publicPart }
  }

  /** The public key, for /jwks.json of the service. */
  async publicKeys() {
    const { kid, publicPart } = await this.#key()
    return { keys: [{ ...publicPart, kid, use: 'sig', alg: 'ES256' }] }
  }

  /** Where the browser goes, and what the session must remember until it comes back. */
  async begin() {
    const { config } = await this.#connect()
    const pending = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() }
    const parameters = {
      redirect_uri: this.#settings.baseUrl + '/callback', scope: this.#settings.scope, state: pending.state, nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier), code_challenge_method: 'S256',
    }
    const url = this.#strict ? await oidc.buildAuthorizationUrlWithPAR(config, parameters) : oidc.buildAuthorizationUrl(config, parameters)
    return { url: url.href, pending }
  }

  /** The person, from the address the browser came back to. The library compares iss (RFC 9207), state and nonce, and checks the ID token. */
  async complete(currentUrl, pending) {
    const { config } = await this.#connect()
    const tokens = await oidc.authorizationCodeGrant(config, currentUrl, {
      expectedState: pending.state, expectedNonce: pending.nonce, pkceCodeVerifier: pending.verifier, idTokenExpected: true,
    })
    const { sub, sid } = tokens.claims()
    return { sub, sid, idToken: tokens.id_token, refreshToken: tokens.refresh_token, claims: await oidc.fetchUserInfo(config, tokens.access_token, sub) }
  }

  /** The same person with the claims of now, and the next refresh token: each is good once. Throws when the person may no longer come in. */
  async refresh(person) {
    const { config } = await this.#connect()
    const tokens = await oidc.refreshTokenGrant(config, person.refreshToken)
    return { ...person, refreshToken: tokens.refresh_token, claims: await oidc.fetchUserInfo(config, tokens.access_token, person.sub) }
  }

  /** Where the browser goes to sign out everywhere. */
  async end(person) {
    const { config } = await this.#connect()
    return oidc.buildEndSessionUrl(config, { id_token_hint: person.idToken, post_logout_redirect_uri: this.#settings.baseUrl + '/' }).href
  }

  /** The session that a logout token ends (OpenID Connect Back-Channel Logout §2.6). Throws when the token is not good. */
  async endedSession(logoutToken) {
    const { config, keys } = await this.#connect()
    const { payload } = await jose.jwtVerify(logoutToken, keys, {
      issuer: config.serverMetadata().issuer, audience: this.#settings.clientId, typ: 'logout+jwt', algorithms: ['ES256'],
      requiredClaims: ['iat', 'exp', 'jti', 'sid'],
    })
    if (!payload.events?.['http://schemas.openid.net/event/backchannel-logout'] || 'nonce' in payload) throw new Error('This is no logout token.')
    return payload.sid
  }
}

/** The region's service says that the person is not to come in any more; anything else is a fault that passes. */
export const isOver = (error) => error instanceof oidc.ResponseBodyError && error.error === 'invalid_grant'

/** The region's service, or the person, has said no to this sign-in: the word, access_denied say. */
export const refusal = (error) => (error instanceof oidc.AuthorizationResponseError ? error.error : undefined)
