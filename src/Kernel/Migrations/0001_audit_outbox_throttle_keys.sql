-- Why: the trail, the outbox, the throttles and the Data Protection keys that all modules share. Lock: new tables only.
create schema if not exists kernel;

-- One line per act; ids only. Partitioned by month so that old years leave by dropping a table.
create table kernel.audit (
    id bigint generated always as identity,
    at timestamptz not null,
    act text not null,
    actor text not null,
    subject text,
    journey text,
    details jsonb,
    primary key (at, id)
) partition by range (at);
create table kernel.audit_rest partition of kernel.audit default;
create index audit_journey on kernel.audit (journey) where journey is not null;
create index audit_subject on kernel.audit (subject, at) where subject is not null;
create index audit_actor on kernel.audit (actor, at);

-- One row per fact and receiver, written in the transaction that made the fact.
create table kernel.outbox (
    id bigint generated always as identity primary key,
    topic text not null,
    receiver text not null,
    key text not null,
    payload jsonb not null,
    created_at timestamptz not null,
    attempts int not null default 0,
    due_at timestamptz not null,
    last_error text,
    dead_at timestamptz
);
create index outbox_due on kernel.outbox (due_at, id) where dead_at is null;
create index outbox_order on kernel.outbox (receiver, key, id) where dead_at is null;

-- A counter per bucket and window; unlogged: losing it in a crash loosens a limit for one window and nothing else.
create unlogged table kernel.throttle (
    bucket bytea not null,
    window_start timestamptz not null,
    hits int not null,
    expires_at timestamptz not null,
    primary key (bucket, window_start)
);
create index throttle_expiry on kernel.throttle (expires_at);

-- ASP.NET Core Data Protection keys, sealed with the master key.
create table kernel.data_protection_key (
    name text primary key,
    xml_sealed bytea not null,
    created_at timestamptz not null default now()
);
