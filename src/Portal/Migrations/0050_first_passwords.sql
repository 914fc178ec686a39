-- Why: a child's account is made for it, or its password set anew, by its guardian through the school gateway. The password on the sheet is a
-- first one: nothing opens with it but the page that asks for a password of one's own. Lock: new table only.
-- Old code: lets a first password in as if it were the child's own, until it is replaced by the new.
create table portal.first_password (
    -- Who asks again with the same order gets the same password and changes nothing: an answer may be lost on its way.
    order_id uuid primary key,
    account_id uuid not null references portal.account (id) on delete cascade,
    set_at timestamptz not null,
    -- Replaced by a password of the child's own, or by a later order. The row stays, so that an old order sets nothing again.
    ended_at timestamptz
);
create unique index first_password_in_force on portal.first_password (account_id) where ended_at is null;
