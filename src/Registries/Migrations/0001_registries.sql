-- Why: what the region's registries say today, as the last import left it, and the history of imports. Lock: new tables only.
-- No foreign keys between the tables: the reader of the files puts aside a row that refers to nothing, and checking 4.5 million
-- references once more would double the time of an import.
create schema if not exists registries;

create table registries.organisation (
    nsi_id text collate "C" primary key,
    ekis_id text,
    short_name text not null,
    founder text,
    district text,
    is_state boolean not null,
    takes_part boolean not null,
    row_hash bytea not null,                 -- keyed hash of the row's meaning: equal means unchanged
    import_no bigint not null default 0      -- the import that added it or changed it last
);

create table registries.staff_record (
    record_id text collate "C" primary key,
    org_nsi_id text collate "C" not null,
    last_name text not null,
    first_name text not null,
    middle_name text,
    name_key bigint not null,                -- hash of the full name in comparison form
    birth_date date,
    snils_sealed bytea,
    identifiers bytea[] not null,            -- blind index of the СНИЛС
    position_title text,
    is_teacher boolean not null,
    start_date date,
    end_date date,
    journal_login text,
    row_hash bytea not null,
    import_no bigint not null default 0
);
create index staff_record_name on registries.staff_record (name_key);
create index staff_record_identifiers on registries.staff_record using gin (identifiers);
create index staff_record_import on registries.staff_record (import_no);

create table registries.pupil_record (
    record_id text collate "C" primary key,
    org_nsi_id text collate "C" not null,
    class_name text,
    last_name text not null,
    first_name text not null,
    middle_name text,
    name_key bigint not null,
    birth_date date,
    snils_sealed bytea,
    phones_sealed bytea[] not null,
    emails_sealed bytea[] not null,
    identifiers bytea[] not null,            -- blind indexes: the СНИЛС, if there is one, then the phones, then the e-mails
    journal_login text,
    row_hash bytea not null,
    import_no bigint not null default 0
);
create index pupil_record_name on registries.pupil_record (name_key);
create index pupil_record_identifiers on registries.pupil_record using gin (identifiers);
create index pupil_record_import on registries.pupil_record (import_no);

create table registries.guardian_record (
    record_id text collate "C" primary key,
    pupil_record_id text collate "C" not null,
    last_name text not null,
    first_name text not null,
    middle_name text,
    name_key bigint not null,
    birth_date date,
    snils_sealed bytea,
    phones_sealed bytea[] not null,
    emails_sealed bytea[] not null,
    identifiers bytea[] not null,
    relation text,
    row_hash bytea not null,
    import_no bigint not null default 0
);
create index guardian_record_name on registries.guardian_record (name_key);
create index guardian_record_identifiers on registries.guardian_record using gin (identifiers);
create index guardian_record_card on registries.guardian_record (pupil_record_id);
create index guardian_record_import on registries.guardian_record (import_no);

-- One row per applied import. spread_at: when the accounts that it concerns were marked for matching anew; null until then.
create table registries.import (
    no bigint generated always as identity primary key,
    started_at timestamptz not null,
    applied_at timestamptz not null,
    actor text not null,
    is_whole boolean not null,
    aside_rows int not null,
    spread_at timestamptz
);
create index import_unspread on registries.import (no) where spread_at is null;

create table registries.import_count (
    import_no bigint not null references registries.import (no),
    registry text not null,
    added bigint not null,
    changed bigint not null,
    removed bigint not null,
    unchanged bigint not null,
    primary key (import_no, registry)
);

-- The old keys of records that an import changed or removed: whom they fitted must be matched anew. Deleted once spread.
create table registries.departed_record (
    import_no bigint not null,
    registry text not null,
    record_id text collate "C" not null,
    name_key bigint not null,
    identifiers bytea[] not null
);
create index departed_record_import on registries.departed_record (import_no);
