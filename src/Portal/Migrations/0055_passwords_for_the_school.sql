-- Why: a changed password must open the school's computers too. It waits here, sealed, until the event that tells of the change has been taken; for
-- those accounts alone which the school has activated.
-- Lock: new tables. Old code: does not know of them.
create table portal.at_school (
    account_id uuid primary key references portal.account (id) on delete cascade,
    since timestamptz not null
);

create table portal.password_for_school (
    change_id uuid primary key,               -- jti of the event
    account_id uuid not null references portal.account (id) on delete cascade,
    password_sealed bytea not null,
    expires_at timestamptz not null
);
create index password_for_school_account on portal.password_for_school (account_id);
create index password_for_school_expiry on portal.password_for_school (expires_at);
