-- Why: the gateway asks for a message to a person, at least once; the person gets it once. Lock: new table only. Old code: unaffected.
create table portal.told_for_school (
    id uuid primary key,
    account_id uuid not null references portal.account (id) on delete cascade,
    kind text not null,
    told_at timestamptz not null
);
create index told_for_school_age on portal.told_for_school (told_at);
