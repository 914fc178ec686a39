-- Why: what each portal account said of itself when it was last seen, and what the comparison made of it. Lock: new tables only.
create table registries.account (
    account_id text collate "C" primary key,
    last_name text not null,
    first_name text not null,
    middle_name text,
    name_key bigint not null,
    snils_sealed bytea,
    snils_invalid boolean not null,
    snils_confirmed boolean not null,
    phones_sealed bytea[] not null,
    emails_sealed bytea[] not null,
    identifiers bytea[] not null,            -- blind indexes: the СНИЛС, if there is one, then the phones, then the e-mails
    birth_date date,
    created_at timestamptz,
    made_from_record_id text,
    facts_hash bytea not null,               -- keyed hash of all of the above: equal means nothing new was said
    matched_at timestamptz
);
create index account_name on registries.account (name_key);
-- A hash index: the id is opaque and may be longer than a b-tree entry.
create index account_made_from on registries.account using hash (made_from_record_id) where made_from_record_id is not null;

-- The same blind indexes, a row each: joined both ways, from one account and from a whole import.
create table registries.account_identifier (
    identifier bytea not null,
    account_id text collate "C" not null references registries.account (account_id) on delete cascade,
    primary key (identifier, account_id)
);
create index account_identifier_account on registries.account_identifier (account_id);

-- The outcome of the last comparison, in the contract's order. A row that matches is a role held.
create table registries.verdict (
    account_id text collate "C" not null references registries.account (account_id) on delete cascade,
    ordinal int not null,
    role text not null check (role in ('staff', 'guardian', 'pupil', 'none')),
    record_id text collate "C",
    org_nsi_id text collate "C",
    matches boolean not null,
    reason text not null,
    hint text not null,
    evidence text not null,
    primary key (account_id, ordinal)
);
-- A record has one holder, whatever races: the last line of defence behind the locks on names.
create unique index verdict_one_holder on registries.verdict (role, record_id) where matches;

-- Accounts to match anew, spent as it goes; a crash leaves the rest for the next round. An account may stand here twice: who adds a row
-- never waits for who spends one.
create table registries.touched_account (
    no bigint generated always as identity primary key,
    account_id text collate "C" not null,
    touched_at timestamptz not null
);

-- The region's day up to which starting and ending contracts have been looked at.
create table registries.swept_day (only_one boolean primary key default true check (only_one), day date not null);
insert into registries.swept_day (day) values ('-infinity');
