-- Why: a screen without a keyboard asks for tokens, and a person lets it in from a phone (RFC 8628). Lock: one new table; the check of kinds
-- goes without a look at the rows. Old code: unaffected.
create table openid.device_authorization (
    device_code_hash bytea not null,
    -- Keyed: eight letters would soon be found from a bare hash.
    user_code_index bytea not null,
    provider text not null,
    client_id text not null,
    scopes text[] not null,
    asked_at timestamptz not null,
    -- For the person to compare: what the caller says of itself, and the network it called from, not the whole address.
    device text not null,
    network text not null,
    -- The device may ask this often; grows by 5 whenever it asks sooner.
    poll_seconds int not null,
    polled_at timestamptz,
    polled_early boolean not null default false,
    -- The person's answer, and who gave it.
    decided_at timestamptz,
    allowed boolean,
    grant_id uuid not null,
    subject text,
    session_id text,
    context text,
    authenticated_at timestamptz,
    methods text[],
    -- The grant may not outlast this moment; null: only the settings limit it.
    grant_until timestamptz,
    spent_at timestamptz,
    expires_at timestamptz not null,
    primary key (device_code_hash, expires_at)
) partition by range (expires_at);
create index device_authorization_user_code on openid.device_authorization (user_code_index);
create index device_authorization_session on openid.device_authorization (session_id) where session_id is not null and spent_at is null;
create table openid.device_authorization_rest partition of openid.device_authorization default;

-- What kinds of requests wait for a person is said where they are kept, PendingRequests; a list here would be a second one.
alter table openid.authorization_request drop constraint authorization_request_kind_check;
