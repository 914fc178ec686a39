-- Why: a screen is signed in by a phone that is signed in already. Lock: new table only. Old code: unaffected.
create table signin.screen_code (
    id uuid primary key,
    -- Of the secret in the cookie of the browser that shows the code, with what the browser wants: only that browser can take the session.
    screen_hash bytea not null,
    link_hash bytea not null unique,
    -- Keyed: eight digits would soon be found from a bare hash.
    number_index bytea not null,
    -- Link and number, for the screen that shows them and for the question on the phone.
    code_sealed bytea not null,
    -- What a service has asked for; null: the start page, or a panel.
    request_id text,
    kind text not null check (kind in ('qr', 'panel')),
    -- For the person to compare: what the screen says of itself, and where it is.
    device text not null,
    is_phone boolean not null,
    place text not null,
    -- One number for all codes that one screen shows one after another.
    trace text not null,
    shown_at timestamptz not null,
    expires_at timestamptz not null,
    -- A phone that is signed in has opened it.
    opened_at timestamptz,
    -- The person's answer, the session it was given in, and the role in which the screen is let in.
    decided_at timestamptz,
    allowed boolean,
    account_id uuid references signin.account (id),
    phone_sid text,
    role text,
    spent_at timestamptz
);
create index screen_code_screen on signin.screen_code (screen_hash);
create index screen_code_number on signin.screen_code (number_index);
create index screen_code_expiry on signin.screen_code (expires_at);
