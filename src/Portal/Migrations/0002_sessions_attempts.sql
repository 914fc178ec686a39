-- Why: who is signed in on which browser, and how often a password was tried. Lock: new tables only.

-- A session lives while its stamp is the account's: a changed password ends it, also one that is just being made elsewhere.
create table portal.session (
    secret_hash bytea primary key,
    id uuid not null unique,
    account_id uuid not null references portal.account (id) on delete cascade,
    security_stamp text not null,
    methods text[] not null,
    device_label text not null,
    address_prefix text not null,
    created_at timestamptz not null,
    authenticated_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null
);
create index session_account on portal.session (account_id);
create index session_expiry on portal.session (expires_at);

-- Unlogged: a crash forgets a quarter of an hour of counting and nothing else.
create unlogged table portal.attempt (
    bucket bytea not null,
    window_start timestamptz not null,
    hits int not null,
    expires_at timestamptz not null,
    primary key (bucket, window_start)
);
create index attempt_expiry on portal.attempt (expires_at);
