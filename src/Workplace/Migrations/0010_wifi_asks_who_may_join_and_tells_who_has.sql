-- Why: RADIUS servers of the schools ask whether a person may join the Wi-Fi, and tell who was there how long. Each has a secret of its own; the
-- devices with which a person has joined are known, so that strangers' tries do not slow them; refusals are counted, one row an hour for each
-- person and reason. Lock: new tables only. Old code: does not know of them.
create table workplace.radius_server (
    name text primary key,
    schools text[] not null,                  -- NSI ids of the schools whose people it lets in; empty: all
    secret_hash bytea not null,               -- SHA-256 of a random secret
    old_secret_hash bytea,                    -- the one before it, until old_until
    old_until timestamptz,
    made_at timestamptz not null
);

create table workplace.wifi_device (
    profile_id uuid not null,
    device bytea not null,                    -- keyed hash of its address
    last_at timestamptz not null,
    primary key (profile_id, device)
);
create index wifi_device_last on workplace.wifi_device (last_at);

create table workplace.wifi_refusal (
    key bytea not null,                       -- the person, or for an unknown login the access point: keyed hash
    reason text not null,
    hour timestamptz not null,
    profile_id uuid,
    server text not null,
    access_point text not null,
    trace text not null,
    times int not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (key, reason, hour)
);
create index wifi_refusal_person on workplace.wifi_refusal (profile_id, last_at) where profile_id is not null;
create index wifi_refusal_hour on workplace.wifi_refusal (hour);

-- One row a session, however often a packet about it is sent anew. No index on what an interim report changes, so that it stays on its page.
create table workplace.wifi_session (
    session_key bytea primary key,            -- SHA-256 of server, access point controller, session id and device
    profile_id uuid,                          -- null: nobody has that login
    server text not null,
    nas text not null,
    access_point text not null,
    device text not null,
    began_at timestamptz not null,
    seen_at timestamptz not null,
    ended_at timestamptz,
    end_cause text,
    seconds bigint not null,
    octets_in bigint not null,                -- from the device
    octets_out bigint not null
) with (fillfactor = 80);
create index wifi_session_person on workplace.wifi_session (profile_id, began_at) where profile_id is not null;
create index wifi_session_began on workplace.wifi_session (began_at);
create index wifi_session_open on workplace.wifi_session (server, nas) where ended_at is null;
