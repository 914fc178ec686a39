-- Why: a comparison of all accounts with the directory goes on where it was broken off, and its findings are read afterwards.
-- Lock: new tables; deliveries wait while their index is built, a second for a million. Old code: does not know of them.
create table workplace.reconcile_run (
    no bigint generated always as identity primary key,
    server text not null,                     -- whose numbers (USN) the entries are read by: another server counts otherwise
    is_report_only boolean not null,
    began_at timestamptz not null,
    progressed_at timestamptz not null,
    ended_at timestamptz,                     -- null: goes on when started again
    is_abandoned boolean not null default false,
    next_usn bigint not null,                 -- entries made before it have been read
    last_usn bigint not null,
    after_profile uuid,                       -- accounts up to it have been looked for; null until all entries are read
    entries bigint not null default 0,
    accounts bigint not null default 0,
    repaired bigint not null default 0
);

-- Entries with a mark of ours that a run has met; gone when it ends.
create table workplace.reconcile_seen (
    run_no bigint not null references workplace.reconcile_run (no) on delete cascade,
    object_id uuid not null,
    profile_id uuid,                          -- as the entry says
    snils_mark text,
    primary key (run_no, object_id)
);
create index reconcile_seen_profile on workplace.reconcile_seen (run_no, profile_id) where profile_id is not null;
create index reconcile_seen_snils on workplace.reconcile_seen (run_no, snils_mark) where snils_mark is not null;

create table workplace.drift (
    run_no bigint not null references workplace.reconcile_run (no) on delete cascade,
    kind text not null,                       -- a word of a closed list
    profile_id uuid not null,                 -- of an unknown entry: as it says
    login text not null,
    detail text not null,                     -- names of attributes, units, groups, entries; not what an attribute says
    found_at timestamptz not null,
    primary key (run_no, kind, profile_id)
);

create index delivery_remote on workplace.delivery (target, remote_id) where remote_id is not null;
