-- Why: a child of fourteen or more sees, also without phone or e-mail, that a guardian did something with its account. Lock: new table only.
-- Old code: unaffected.
create table signin.family_notice (
    id uuid primary key,
    -- Whom it is for.
    account_id uuid not null references signin.account (id),
    kind text not null,
    at timestamptz not null,
    seen_at timestamptz
);
create index family_notice_unseen on signin.family_notice (account_id) where seen_at is null;
create index family_notice_age on signin.family_notice (at);
