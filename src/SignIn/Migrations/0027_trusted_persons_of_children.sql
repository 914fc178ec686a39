-- Why: a guardian trusts somebody (a grandparent) with a child in some services until a day. A role of the gateway's own: no registry knows it.
-- Lock: new table only. Old code: gives the role to nobody.
create table signin.trusted_person (
    id uuid primary key,
    pupil_record_id text collate "C" not null,
    -- The guardian; the role is held while he is one by the child's card.
    named_by uuid not null references signin.account (id),
    named_at timestamptz not null,
    last_name text not null,
    first_name text not null,
    middle_name text,
    name_key text not null,
    -- A phone or an e-mail, for the guardians' eyes, and the blind index by which its holder is recognised.
    contact_sealed bytea not null,
    contact_index bytea not null,
    services text[] not null check (cardinality(services) > 0),
    -- The last day.
    until date not null,
    -- Who has signed in with this name and this contact; null: nobody yet.
    account_id uuid references signin.account (id),
    recognised_at timestamptz,
    ended_at timestamptz,
    ended_why text check (ended_why in ('revoked', 'term', 'guardian-left')),
    ended_by uuid references signin.account (id)
);
create index trusted_person_account on signin.trusted_person (account_id) where ended_at is null;
create index trusted_person_waiting on signin.trusted_person (contact_index) where ended_at is null and account_id is null;
create index trusted_person_child on signin.trusted_person (pupil_record_id);
