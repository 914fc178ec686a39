-- Why: a client hands over its authorization request beforehand (RFC 9126) and the browser brings a reference alone. Lock: one new table, and
-- two columns of the requests that wait (no rewrite). Old code: writes and reads waiting requests as before; one that came from a pushed
-- request is resumed by it without spending the reference, for the minutes of the roll-out.
create table openid.pushed_request (
    id bytea not null,
    provider text not null,
    client_id text not null,
    -- Sealed: a login_hint is a phone or a name.
    parameters_sealed bytea not null,
    expires_at timestamptz not null,
    -- A code was given for it.
    spent_at timestamptz,
    primary key (id, expires_at)
) partition by range (expires_at);
create table openid.pushed_request_rest partition of openid.pushed_request default;

-- The pushed request that a waiting one came from: it is spent when the code is given, however many pages were opened with it.
alter table openid.authorization_request add column pushed_id bytea, add column pushed_expires_at timestamptz;
