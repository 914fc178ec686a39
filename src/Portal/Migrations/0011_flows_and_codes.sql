-- Why: half-done registrations, recoveries and changes of contact live on the server, sealed, and the codes that confirm a contact are
-- bound to them. Lock: new tables only.

-- One row per begun flow of one browser, which holds the secret whose hash is the key. Rows are few and short-lived: swept by expiry.
create table portal.flow (
    id bytea not null,
    kind text not null,
    state_sealed bytea not null,
    version int not null default 1,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    finished_at timestamptz,
    account_id uuid,
    primary key (kind, id)
);
create index flow_expiry on portal.flow (expires_at);

-- The one code of a flow and purpose; a new code takes the place of the old one.
create table portal.confirmation_code (
    flow bytea not null,
    purpose text not null,
    target bytea not null,
    code_hash bytea not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    tries_left int not null,
    spent_at timestamptz,
    primary key (flow, purpose)
);
create index confirmation_code_expiry on portal.confirmation_code (expires_at);
