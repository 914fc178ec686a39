-- Why: in the default run messages are shown on a page instead of leaving the machine; they hold codes, so they are sealed and expire.
-- Lock: new table only. Unlogged: a crash may lose them, nobody outside of development has any.
create schema if not exists portal;

create unlogged table portal.shown_message (
    id uuid primary key,
    message_sealed bytea not null,
    written_at timestamptz not null,
    expires_at timestamptz not null
);
create index shown_message_order on portal.shown_message (written_at desc, id desc);
create index shown_message_expiry on portal.shown_message (expires_at);
