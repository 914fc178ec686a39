-- Why: the portal closes an account and opens it again, and its events may come twice or in another order: the one that happened later counts.
-- Lock: a moment, no rewrite. Old code: closes an account whenever it is told to.
alter table signin.account add column portal_standing_at timestamptz;
