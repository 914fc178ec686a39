-- Why: a second proof beside the password: codes of an app, passkeys, recovery codes; who must have one; and the way back for a lost phone.
-- Lock: new tables; one nullable column on portal.session, without a rewrite.

-- The app's secret is sealed. Only a code of a later time step than the last is taken: none is taken twice.
create table portal.totp (
    account_id uuid primary key references portal.account (id) on delete cascade,
    secret_sealed bytea not null,
    last_step bigint not null,
    created_at timestamptz not null,
    last_used_at timestamptz
);

create table portal.passkey (
    credential_id bytea primary key,
    account_id uuid not null references portal.account (id) on delete cascade,
    public_key bytea not null,
    name text not null,
    sign_count bigint not null,
    transports text[] not null,
    is_backup_eligible boolean not null,
    is_backed_up boolean not null,
    created_at timestamptz not null,
    last_used_at timestamptz
);
create index passkey_account on portal.passkey (account_id);

create table portal.recovery_code (
    account_id uuid not null references portal.account (id) on delete cascade,
    code_hash bytea not null,
    spent_at timestamptz,
    primary key (account_id, code_hash)
);

-- A challenge lies in the page, sealed; here stands each that was answered until it would have expired, so that none is answered twice.
create table portal.spent_challenge (
    hash bytea primary key,
    expires_at timestamptz not null
);
create index spent_challenge_expiry on portal.spent_challenge (expires_at);

-- Accounts that must have a second factor.
create table portal.administrator (
    account_id uuid primary key references portal.account (id) on delete cascade,
    since timestamptz not null,
    marked_by text not null
);

-- An operator has allowed an account to be signed in to without its lost factor, from due_at until open_until, unless its holder cancels it.
create table portal.factor_reset (
    account_id uuid primary key references portal.account (id) on delete cascade,
    asked_at timestamptz not null,
    asked_by text not null,
    due_at timestamptz not null,
    open_until timestamptz not null
);

-- When the person in this session last proved anew who he is, to change what proves it.
alter table portal.session add column proved_at timestamptz;
