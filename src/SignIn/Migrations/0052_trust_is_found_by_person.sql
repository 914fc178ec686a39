-- Why: every page and token asks whether somebody is trusted with a child. While few are, PostgreSQL read an index of all trust in force for it and held on to that; the
-- question no longer fits those indexes, and finds a person's by this one. Lock: writers of a small table for a moment. Old code: finds them by it too.
drop index signin.trusted_person_account;
create index trusted_person_account on signin.trusted_person (account_id);
