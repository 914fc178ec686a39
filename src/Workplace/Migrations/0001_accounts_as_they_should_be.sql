-- Why: what the directory should say of each activated person, and how far that has been carried there. The row is the queue: a later state
-- takes the place of one that was not delivered yet, so that the directory is told the newest alone and in order.
-- Lock: new schema. Old code: does not know of it.
create schema if not exists workplace;

create table workplace.account (
    profile_id uuid primary key,
    subject text not null,                    -- the portal's account id, by which facts name the person
    login text not null,
    desired jsonb,                            -- null until it is first read
    version bigint not null default 0,        -- rises with every change of what is desired
    delivered_version bigint not null default 0,
    object_id uuid,                           -- objectGUID of the account, once it was found or made
    left_at timestamptz,                      -- since when the person holds no role that needs an account
    removed_at timestamptz,
    due_at timestamptz,                       -- when the worker is to look at it; null: nothing to do
    attempts int not null default 0,
    last_error text,
    dead_at timestamptz,                      -- given up until a person replays it
    conflict jsonb,                           -- why a person must decide, and between what
    conflict_at timestamptz,
    claimed_object_id uuid                    -- an account of which a person said: it is his
);
create unique index account_subject on workplace.account (subject);
create index account_due on workplace.account (due_at) where due_at is not null;
create index account_login on workplace.account (lower(login));
create index account_conflict on workplace.account (conflict_at) where conflict_at is not null;
create index account_dead on workplace.account (dead_at) where dead_at is not null;
