-- Why: an access token may belong to a service itself (no grant of a person), be for named resource servers (RFC 8707), be revoked alone
-- (RFC 7009) and be handed on from one service to another (RFC 8693). Lock: columns without a default, no rewrite. Old code: writes and reads
-- as before; it takes a token that was revoked alone for a good one until it stops.
alter table openid.access_token
    alter column grant_id drop not null,
    alter column grant_expires_at drop not null,
    -- Whose it is, when that is not the client of the grant.
    add column client_id text,
    -- For whom; null: for this provider's UserInfo.
    add column audiences text[],
    add column issued_at timestamptz,
    -- A row with this and no handle stands for a JWT: token_hash is then that of its jti.
    add column revoked_at timestamptz,
    -- Who acts for the person, as the act claim says it.
    add column actor jsonb;
-- What the person's sign-in may be used at; null: whatever the client is registered for.
alter table openid.authorization_code add column resources text[];
alter table openid.client_grant add column resources text[];
-- A client that was removed and registered anew has none of the tokens from before; null: registered before this was known.
alter table openid.client add column registered_at timestamptz;
