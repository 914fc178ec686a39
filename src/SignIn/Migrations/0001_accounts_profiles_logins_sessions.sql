-- Why: who has signed in (account), whom the registries know (profile), which login is whose for ever, and who is signed in now.
-- Lock: new tables only. Old code: there is none.
create schema if not exists signin;

-- The portal's account as it last described itself; the gateway's side of the comparison with the registries.
create table signin.account (
    id uuid primary key,
    issuer text not null,
    subject text not null,
    last_name text not null,
    first_name text not null,
    middle_name text,
    snils_sealed bytea,
    snils_invalid boolean not null default false,
    snils_confirmed boolean not null default false,
    phone_sealed bytea,
    phone_verified boolean not null default false,
    email_sealed bytea,
    email_verified boolean not null default false,
    birth_date date,
    portal_login text,
    made_from_record_id text,
    created_at_portal timestamptz,
    seen_at timestamptz not null,
    -- Of the last comparison: role, reason and hint of each verdict, words of closed lists; no value of the registries.
    verdicts jsonb not null default '[]',
    unique (issuer, subject)
);
-- Security events of the portal name the subject alone under a known issuer; the unique index above serves that.

-- A person known to the registries: made at the first match, never for a duplicate account. The id is the lifelong "sub" for services.
create table signin.profile (
    id uuid primary key,
    account_id uuid not null unique references signin.account (id),
    created_at timestamptz not null,
    activated_at timestamptz,
    disabled_at timestamptz,
    last_role text,
    last_service text
);

-- Every login ever issued: rows are never deleted and never change hands. login_key is the lower-case form.
create table signin.login (
    login_key text primary key check (login_key = lower(login_key) and length(login_key) between 1 and 20),
    login text not null,
    profile_id uuid not null references signin.profile (id),
    source text not null check (source in ('journal', 'portal', 'made')),
    issued_at timestamptz not null,
    retired_at timestamptz,
    told_portal_at timestamptz,
    portal_refused text
);
create unique index login_in_use on signin.login (profile_id) where retired_at is null;
create index login_refused on signin.login (issued_at) where portal_refused is not null;

-- The id in the cookie is 256 random bits, kept hashed; sid is the session's public name in tokens.
create table signin.session (
    id_hash bytea primary key,
    sid text not null unique,
    account_id uuid not null references signin.account (id),
    created_at timestamptz not null,
    authenticated_at timestamptz not null,
    seen_at timestamptz not null,
    idle_until timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    methods text[] not null default '{}',
    active_role text,
    roles_used text[] not null default '{}',
    portal_sid text,
    id_token_sealed bytea,
    device text not null,
    trace text not null
);
create index session_account on signin.session (account_id) where ended_at is null;
create index session_portal on signin.session (portal_sid) where portal_sid is not null and ended_at is null;
create index session_expiry on signin.session (least(idle_until, expires_at));
create index session_ended on signin.session (ended_at) where ended_at is not null;

-- What a service asked for while a person goes through our pages; any node can go on with it.
create table signin.request (
    request_id text primary key,
    client_id text not null,
    client_name text not null,
    client_name_english text,
    client_roles text[] not null,
    resume_url text not null,
    authenticated_after timestamptz,
    select_asked boolean not null,
    login_hint text,
    subject_hint text,
    chosen_role text,
    asked_at timestamptz not null,
    expires_at timestamptz not null
);
create index request_expiry on signin.request (expires_at);

-- One row per failed activation and school, for the statistics of the move.
create table signin.activation_failure (
    id uuid primary key,
    at timestamptz not null,
    profile_id uuid not null references signin.profile (id),
    org_nsi_id text not null,
    cause text not null,
    trace text not null
);
create index activation_failure_school on signin.activation_failure (org_nsi_id, at);
create index activation_failure_profile on signin.activation_failure (profile_id);

-- Security events and logout tokens of the portal already taken, so that a replay does nothing.
create table signin.portal_token_seen (
    jti text primary key,
    seen_at timestamptz not null
);
create index portal_token_seen_age on signin.portal_token_seen (seen_at);
