-- Why: a refresh changes one row, that of the grant, instead of marking one token and adding the next; a family of tokens costs one row however
-- often it is used. Lock: columns without a default, no rewrite; a table goes. Old code: no version that wrote refresh tokens into a table of
-- their own was ever released.
alter table openid.client_grant
    -- SHA-256 of the secrets that are good now: one, or a few while RefreshGraceSeconds lets a client repeat itself. Empty: nothing to refresh with.
    add column refresh_hashes bytea[],
    -- Thumbprint (RFC 7638) of the key that they are bound to; only public clients' are.
    add column refresh_jkt text,
    -- The last one that was spent, for as long as it may come again; kept only with RefreshGraceSeconds.
    add column refresh_spent_hash bytea,
    add column refresh_spent_at timestamptz;
drop table openid.refresh_token;
