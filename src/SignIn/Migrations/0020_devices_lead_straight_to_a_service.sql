-- Why: a device that a person has bound opens one service in one role from the start page. It is known by a token that changes with use.
-- Lock: new table only. Old code: unaffected, leads everybody the usual way.
create table signin.device (
    id uuid primary key,
    account_id uuid not null references signin.account (id),
    name text not null,
    -- As roles and services are called in sessions; either may be lost to the person later.
    role text not null,
    service text not null,
    -- "Chrome, Windows".
    kind text not null,
    -- The part of the token that stays, and the part that changes, hashed; no token ever stands here.
    family_hash bytea not null unique,
    token_hash bytea not null,
    -- The token before, good until the browser has shown the newer one, and for a moment after.
    previous_hash bytea,
    rotated_at timestamptz not null,
    -- When the newest token was first shown; null: the browser may not have received it.
    confirmed_at timestamptz,
    -- The owner's last session on it, ended when a copy of the token shows up.
    session_sid text,
    bound_at timestamptz not null,
    seen_at timestamptz not null,
    place text not null,
    expires_at timestamptz not null,
    unbound_at timestamptz,
    unbound_why text check (unbound_why in ('owner', 'bound-anew', 'another-person', 'copied')),
    -- When the owner put away the news that it was copied.
    told_at timestamptz
);
create index device_account on signin.device (account_id);
create index device_session on signin.device (session_sid) where session_sid is not null and unbound_at is null;
create index device_expiry on signin.device (expires_at);
create index device_unbound on signin.device (unbound_at) where unbound_at is not null;
