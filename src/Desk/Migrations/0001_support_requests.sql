-- Why: requests from "Написать нам", readable by support alone. What people wrote is sealed as a whole. Lock: new tables only. Old code: there is none.
create schema if not exists desk;

create table desk.support_request (
    id uuid primary key,
    -- Shown to the person: six digits and up, no gaps are promised.
    number bigint generated always as identity (start with 100001),
    created_at timestamptz not null,
    topic text not null,
    -- The person's sign-in, if there was one; the number explains it to support.
    trace text,
    account_id uuid,
    school text not null,
    sealed bytea not null,
    -- A form sent twice (a reload, two presses) is one request.
    form_key bytea not null unique,
    closed_at timestamptz,
    unique (number)
);
create index support_request_open on desk.support_request (created_at) where closed_at is null;
