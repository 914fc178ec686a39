-- Why: pupils of grades 1-4 sign in with a printed badge and pictures; their class teacher makes, voids and unlocks the badges.
-- Lock: new tables only. Old code: unaffected.

-- No registry says who leads a class: a teacher of the school names it, for the school year. One row per naming; ended ones stay for the trail.
create table signin.class_teacher (
    id uuid primary key,
    org_nsi_id text not null,
    class_name text not null,
    -- The record whose role names the class; when it is lost, so is the class.
    staff_record_id text not null,
    account_id uuid not null references signin.account (id),
    named_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    ended_by uuid references signin.account (id)
);
create unique index class_teacher_once on signin.class_teacher (org_nsi_id, class_name, staff_record_id) where ended_at is null;
create index class_teacher_account on signin.class_teacher (account_id) where ended_at is null;
create index class_teacher_expiry on signin.class_teacher (expires_at);

create table signin.badge (
    id uuid primary key,
    pupil_record_id text not null,
    account_id uuid not null references signin.account (id),
    -- The school it was made in: in another one it is no longer good.
    org_nsi_id text not null,
    -- Of the secret in the printed address, and keyed ones of the number beside it and of the pictures: nothing printed stands here.
    secret_hash bytea not null unique,
    number_index bytea not null,
    pin_index bytea not null,
    -- One press of the button makes one sheet: the same press again makes nothing.
    issue_id uuid not null,
    issued_at timestamptz not null,
    issued_by uuid not null references signin.account (id),
    expires_at timestamptz not null,
    -- Wrong pictures in a row.
    fails int not null default 0,
    locked_at timestamptz,
    used_at timestamptz,
    -- When it was last shown in vain: written once a minute at most.
    refused_at timestamptz,
    voided_at timestamptz,
    voided_why text check (voided_why in ('re-issued', 'teacher', 'left'))
);
create unique index badge_in_use on signin.badge (pupil_record_id) where voided_at is null;
create unique index badge_number on signin.badge (number_index);
create index badge_account on signin.badge (account_id, issued_at);
create index badge_issue on signin.badge (issue_id);
create index badge_expiry on signin.badge (expires_at);

-- "I forgot my badge": digits for some hours instead of it, with the badge's own pictures.
create table signin.badge_code (
    id uuid primary key,
    badge_id uuid not null references signin.badge (id) on delete cascade,
    number_index bytea not null,
    issued_at timestamptz not null,
    issued_by uuid not null references signin.account (id),
    expires_at timestamptz not null,
    ended_at timestamptz
);
create unique index badge_code_in_use on signin.badge_code (badge_id) where ended_at is null;
create unique index badge_code_number on signin.badge_code (number_index);
create index badge_code_expiry on signin.badge_code (expires_at);

-- A browser that has shown a badge, on its way to the pictures: spent once, by the right ones.
create table signin.badge_entry (
    state_hash bytea primary key,
    badge_id uuid not null references signin.badge (id) on delete cascade,
    code_id uuid references signin.badge_code (id) on delete cascade,
    way text not null check (way in ('qr', 'number', 'code')),
    request_id text,
    trace text not null,
    expires_at timestamptz not null,
    spent_at timestamptz
);
create index badge_entry_badge on signin.badge_entry (badge_id);
create index badge_entry_expiry on signin.badge_entry (expires_at);
