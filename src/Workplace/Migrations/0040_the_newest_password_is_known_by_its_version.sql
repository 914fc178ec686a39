-- Why: a password that the portal confirmed and one that has just been changed there reach the gateway by different ways and may overtake each other; the
-- one delivered last may be gone already. What stands here says which of the portal's passwords is the newest known, so that an older one is left out.
-- Lock: new table. Old code: does not know of it, and keeps passwords in the order in which they come.
create table workplace.newest_password (
    profile_id uuid primary key,
    version bigint,                           -- of the account at the portal; null: it tells none
    at timestamptz not null                   -- when it was changed, or the portal was asked
);
