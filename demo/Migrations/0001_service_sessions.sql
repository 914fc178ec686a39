-- Why: sessions of the demo services, so that any node can serve any browser, and the logout tokens they have seen. Lock: new tables only.
create schema if not exists demo;

-- held_sealed: ID token (for sign-out), claims and refresh token, as JSON sealed with the master key.
create table demo.session (
    id_hash bytea primary key,
    service text not null,
    subject text not null,
    provider_session text,
    signed_in_at timestamptz not null,
    checked_at timestamptz not null,
    checking_until timestamptz,
    expires_at timestamptz not null,
    held_sealed bytea not null
);
create index session_provider_session on demo.session (service, provider_session);
create index session_subject on demo.session (service, subject);
create index session_expiry on demo.session (expires_at);

-- A logout token is taken once (OpenID Connect Back-Channel Logout §2.6).
create table demo.logout_token_seen (
    service text not null,
    token_id text not null,
    expires_at timestamptz not null,
    primary key (service, token_id)
);
