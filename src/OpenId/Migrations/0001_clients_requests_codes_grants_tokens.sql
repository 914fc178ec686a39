-- Why: all that the OpenID Connect provider remembers. Lock: new tables only. Old code: unaffected.
-- What churns is partitioned by expiry and leaves by dropping a partition; the default partition catches what has none yet, so that a
-- worker that did not run delays the cleaning and breaks nothing. A handle (code or token) carries its expiry in clear, so that a look-up
-- reads one partition.
create schema if not exists openid;

create table openid.client (
    provider text not null,
    client_id text not null,
    definition jsonb not null,
    -- file: leaves when it leaves clients.json; door: stays until removed.
    source text not null check (source in ('file', 'door')),
    changed_at timestamptz not null,
    primary key (provider, client_id)
);

-- A request that waits for a person at a page of the site. Any node can resume it.
create table openid.authorization_request (
    id bytea not null,
    provider text not null,
    -- authorize, or logout while the person is asked.
    kind text not null check (kind in ('authorize', 'logout')),
    -- Sealed: a login_hint is a phone or a name.
    parameters_sealed bytea not null,
    asked_at timestamptz not null,
    -- The site's chooser was shown once; prompt=select_account is fulfilled.
    selection_shown boolean not null default false,
    expires_at timestamptz not null,
    primary key (id, expires_at)
) partition by range (expires_at);
create table openid.authorization_request_rest partition of openid.authorization_request default;

create table openid.authorization_code (
    code_hash bytea not null,
    provider text not null,
    grant_id uuid not null,
    client_id text not null,
    redirect_uri text not null,
    code_challenge text not null,
    subject text not null,
    session_id text not null,
    context text,
    scopes text[] not null,
    nonce text,
    authenticated_at timestamptz not null,
    methods text[] not null,
    expires_at timestamptz not null,
    spent_at timestamptz,
    primary key (code_hash, expires_at)
) partition by range (expires_at);
create index authorization_code_session on openid.authorization_code (session_id) where spent_at is null;
create table openid.authorization_code_rest partition of openid.authorization_code default;

-- One per redeemed code: the family that all tokens made from it belong to. Revoking it ends them all in one statement.
create table openid.client_grant (
    id uuid not null,
    provider text not null,
    client_id text not null,
    subject text not null,
    session_id text not null,
    context text,
    scopes text[] not null,
    -- offline_access was granted: outlives the session.
    offline boolean not null,
    authenticated_at timestamptz not null,
    methods text[] not null,
    granted_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    -- The client was told that the session ended.
    session_ended_at timestamptz,
    primary key (id, expires_at)
) partition by range (expires_at);
create index client_grant_session on openid.client_grant (session_id) where session_ended_at is null;
create index client_grant_subject on openid.client_grant (subject);
create table openid.client_grant_rest partition of openid.client_grant default;

create table openid.refresh_token (
    token_hash bytea not null,
    provider text not null,
    client_id text not null,
    grant_id uuid not null,
    grant_expires_at timestamptz not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    spent_at timestamptz,
    primary key (token_hash, expires_at)
) partition by range (expires_at);
create table openid.refresh_token_rest partition of openid.refresh_token default;

create table openid.access_token (
    token_hash bytea not null,
    provider text not null,
    grant_id uuid not null,
    grant_expires_at timestamptz not null,
    scopes text[] not null,
    expires_at timestamptz not null,
    primary key (token_hash, expires_at)
) partition by range (expires_at);
create table openid.access_token_rest partition of openid.access_token default;
