-- Why: all nodes sign with one key per provider and algorithm, and a key outlives the node that made it. Lock: new table only. Old code: unaffected.
-- The state follows from the times: before active_from a key is published and not yet used; then it signs, until the next key's active_from;
-- until published_until it stays in the JWKS document for the tokens that are about; until the row is deleted it verifies id_token_hint.
create table openid.signing_key (
    provider text not null,
    kid text not null,
    alg text not null,
    public_jwk text not null,
    -- Sealed with the master key, purpose "signing-key"; null once the key has retired.
    private_sealed bytea,
    created_at timestamptz not null,
    active_from timestamptz not null,
    -- Null while there is no next key.
    published_until timestamptz,
    primary key (provider, kid)
);
