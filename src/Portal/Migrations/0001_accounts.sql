-- Why: the accounts of residents. Lock: new tables only.
create schema if not exists portal;

-- СНИЛС, phone, e-mail and birth date are sealed and found by keyed index; a phone and an e-mail stand here only once confirmed by a code.
-- A confirmed СНИЛС has one holder; one that was merely typed in may stand on any number of accounts and signs nobody in.
create table portal.account (
    id uuid primary key,
    last_name text not null,
    first_name text not null,
    middle_name text,
    name_key text not null,
    snils_state text not null default 'absent' check (snils_state in ('absent', 'entered', 'confirmed')),
    snils_sealed bytea,
    snils_index bytea,
    phone_sealed bytea,
    phone_index bytea,
    email_sealed bytea,
    email_index bytea,
    birth_date_sealed bytea,
    login text,
    login_key text,
    password_hash text,
    security_stamp text not null,
    made_from_record_id text,
    created_at timestamptz not null,
    disabled_at timestamptz,
    version int not null default 1,
    constraint account_snils_whole check ((snils_state = 'absent') = (snils_index is null) and (snils_index is null) = (snils_sealed is null)),
    constraint account_phone_whole check ((phone_index is null) = (phone_sealed is null)),
    constraint account_email_whole check ((email_index is null) = (email_sealed is null)),
    constraint account_login_whole check ((login is null) = (login_key is null))
);
create unique index account_phone on portal.account (phone_index) where phone_index is not null;
create unique index account_email on portal.account (email_index) where email_index is not null;
create unique index account_login on portal.account (login_key) where login_key is not null;
create unique index account_snils_confirmed on portal.account (snils_index) where snils_state = 'confirmed';
create index account_snils_entered on portal.account (snils_index) where snils_state = 'entered';
create unique index account_made_from on portal.account (made_from_record_id) where made_from_record_id is not null;
create index account_name on portal.account (name_key);
