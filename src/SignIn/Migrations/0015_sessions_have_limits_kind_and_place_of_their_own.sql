-- Why: a screen in a classroom or a shared computer is let in for a shorter while than one's own, and people know their sessions by where
-- they began. Lock: signin.session for a moment, no rewrite. Old code: begins usual sessions, without a place.
alter table signin.session
    add column kind text not null default 'usual',
    -- Minutes; null: as the setting says.
    add column idle_minutes int check (idle_minutes > 0),
    -- The name of a network or its address without the machine; empty: not known.
    add column place text not null default '';
