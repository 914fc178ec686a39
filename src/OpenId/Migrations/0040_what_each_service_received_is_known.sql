-- Why: people see which service has received what about them, also after its grants have left. One row for each person and client; a worker adds
-- what the grants of the last minutes say, so that no token waits for it. Lock: openid.client_grant for writing while the index is made; a BRIN
-- index reads each partition once and is small. Old code: unaffected.
create table openid.received (
    provider text not null,
    subject text not null,
    client_id text not null,
    scopes text[] not null,
    -- Claims that it asked for one by one (OpenID Connect Core §5.5).
    claims text[] not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (provider, subject, client_id)
);

-- Up to which moment grants have been added; the row is also the lock by which nodes take turns.
create table openid.received_until (only_one boolean primary key default true check (only_one), at timestamptz not null);
insert into openid.received_until (at) values ('-infinity');

create index client_grant_granted on openid.client_grant using brin (granted_at);
