-- Why: a sign-in asks whether its account awaits a comparison, before it compares anew.
-- Lock: blocks writers of a table that is small or empty most of the day. Old code: does not notice.
create index touched_account_account on registries.touched_account (account_id);
