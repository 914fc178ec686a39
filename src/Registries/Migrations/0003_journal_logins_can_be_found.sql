-- Why: before a login is made of a surname or taken over from the portal, the registries are asked whether it is somebody's journal login.
-- A field of a file may be longer than a b-tree entry; no login that is asked for is longer than 64 characters.
-- Lock: imports wait while the indexes are built (seconds for millions of rows); sign-ins do not. Old code: unaffected.
create index staff_record_journal_login on registries.staff_record (lower(journal_login)) where length(journal_login) <= 64;
create index pupil_record_journal_login on registries.pupil_record (lower(journal_login)) where length(journal_login) <= 64;
