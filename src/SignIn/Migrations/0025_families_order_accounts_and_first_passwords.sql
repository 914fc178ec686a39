-- Why: a guardian has a child's account made, or its password set anew. Each is an order that the portal carries out once, however often it is
-- asked; and the login on the sheet is the child's from that moment, though its profile comes a moment later.
-- Lock: signin.login for a moment, no rewrite. Old code: never sees a login without a profile in its joins, and takes none that is reserved.
create table signin.child_order (
    -- Goes to the portal, which answers every repetition alike.
    id uuid primary key,
    kind text not null check (kind in ('account', 'password')),
    pupil_record_id text collate "C" not null,
    -- Whoever may look at the sheet: the guardian, in the session in which it was ordered.
    account_id uuid not null references signin.account (id),
    sid text not null,
    ordered_at timestamptz not null,
    -- The child's account at the portal; null until the portal has answered.
    subject text,
    done_at timestamptz,
    -- The guardian has printed the sheet and closed it.
    put_away_at timestamptz,
    -- The child has a password of its own.
    replaced_at timestamptz
);
create unique index child_order_account on signin.child_order (pupil_record_id) where kind = 'account';
create index child_order_subject on signin.child_order (subject, done_at) where subject is not null;
create index child_order_guardian on signin.child_order (account_id);

alter table signin.login alter column profile_id drop not null,
    -- The enrolment record whose account is being made with this login.
    add column reserved_for text collate "C",
    add constraint login_has_an_owner check (profile_id is not null or reserved_for is not null);
create unique index login_reserved on signin.login (reserved_for) where profile_id is null and retired_at is null;
