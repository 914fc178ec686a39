// Two services without any person: one gets a token of its own (client credentials), the other asks what a token is that was brought
// (introspection). node nightly.mjs ISSUER CLIENT_ID RESOURCE RESOURCE_CLIENT_ID, the secrets in CLIENT_SECRET and RESOURCE_CLIENT_SECRET.
import * as oauth from 'oauth4webapi'

const [issuer, clientId, resource, resourceClientId] = process.argv.slice(2)
// The demo region runs on http://localhost; everywhere else the library insists on https.
const options = { [oauth.allowInsecureRequests]: new URL(issuer).hostname === 'localhost' }
const provider = await oauth.processDiscoveryResponse(new URL(issuer), await oauth.discoveryRequest(new URL(issuer), options))

// The nightly export.
const client = { client_id: clientId }
const proof = oauth.ClientSecretBasic(process.env.CLIENT_SECRET)
const token = await oauth.processClientCredentialsResponse(provider, client,
  await oauth.clientCredentialsGrantRequest(provider, client, proof, { scope: 'marks.read', resource }, options))
console.log(`A token for ${token.expires_in} s, scope ${token.scope}`)

// The service that holds the marks: is this token good, is it for me, may it read?
const keeper = { client_id: resourceClientId }
const keeperProof = oauth.ClientSecretBasic(process.env.RESOURCE_CLIENT_SECRET)
async function mayRead(accessToken) {
  const said = await oauth.processIntrospectionResponse(provider, keeper,
    await oauth.introspectionRequest(provider, keeper, keeperProof, accessToken, options))
  return said.active && [said.aud].flat().includes(resource) && said.scope.split(' ').includes('marks.read') ? said.client_id : undefined
}
console.log(`Let in: ${await mayRead(token.access_token)}`)

// When the export is done, or its token got lost.
await oauth.processRevocationResponse(await oauth.revocationRequest(provider, client, proof, token.access_token, options))
console.log(`Given back: ${await mayRead(token.access_token)}`)
console.log(`Made up: ${await mayRead('made-up')}`)
