-- Why: all accounts and groups are compared with Teams too; each target has runs of its own, and a place in the groups to go on from.
-- Lock: a moment, no rewrite. Old code: takes an unfinished run with Teams for one with another directory, ends it and begins its own.
alter table workplace.reconcile_run add target text not null default 'directory', add after_group text;
