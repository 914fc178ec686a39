-- Why: a СНИЛС that a person has typed in waits for somebody's decision; one request per account, for the number that stands on it.
-- Lock: new table only. portal.account is made by 0001.
create table portal.snils_request (
    account_id uuid primary key references portal.account (id) on delete cascade,
    snils_index bytea not null,
    asked_at timestamptz not null,
    decided_at timestamptz,
    decision text check (decision in ('confirmed', 'declined')),
    decided_by text,
    constraint snils_request_whole check ((decided_at is null) = (decision is null) and (decided_at is null) = (decided_by is null))
);
create index snils_request_waiting on portal.snils_request (asked_at) where decided_at is null;
