-- Why: a password waits for the directory encrypted to the worker's key, and goes when it was delivered, when the next one comes, or after a term.
-- Lock: new tables; columns without a default. Old code: does not know of them.
create table workplace.password_key (
    kid text primary key,
    public_jwk text not null,
    private_sealed bytea not null,
    made_at timestamptz not null
);

create table workplace.password (
    no bigint generated always as identity primary key,
    profile_id uuid not null,
    source text not null,                     -- which activation or event brought it: told twice, it is kept once
    message text not null,                    -- JWE
    taken_at timestamptz not null,
    expires_at timestamptz not null,
    due_at timestamptz not null,
    unique (profile_id, source)
);
create index password_due on workplace.password (due_at);
create index password_expiry on workplace.password (expires_at);

-- The last hand-over, and what keeps the password from working: a word of a closed list, with its number.
alter table workplace.account add password_at timestamptz, add password_trouble text, add password_trouble_number int, add password_trouble_at timestamptz;
