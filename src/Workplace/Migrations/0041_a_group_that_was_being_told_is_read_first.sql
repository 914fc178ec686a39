-- Why: a worker may die after Teams has carried a request out and before that is noted. Some servers then list a member twice who is added again. Who
-- comes next learns from this that it must look first.
-- Lock: a moment, no rewrite. Old code: leaves it as it is, and says again what may have been heard, as before.
alter table workplace.teams_group add is_being_told boolean not null default false;
