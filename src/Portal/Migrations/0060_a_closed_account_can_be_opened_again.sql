-- Why: the gateway is told when an account was closed or opened, in whole seconds, and goes by the later moment: the moments of one account never
-- repeat. Lock: a moment, no rewrite. Old code: closes accounts without it; the next decision then follows disabled_at.
alter table portal.account add column standing_at timestamptz;
