-- Why: a second target (Teams) is told of people besides the directory, each at its own pace and with faults of its own. What is desired stays in
-- workplace.account; how far it has been carried stands here, a row for each person and target.
-- Lock: new tables; one pass over workplace.account to copy. Old code: goes on with its columns of workplace.account (object_id, delivered_version,
-- removed_at, due_at, attempts, last_error, dead_at, conflict, conflict_at, claimed_object_id), which new code neither reads nor writes; what it has
-- changed meanwhile is seen by its version (PlantDeliveries). They go a release later.
create table workplace.delivery (
    profile_id uuid not null references workplace.account,
    target text not null,                     -- 'directory', 'teams'
    version bigint not null,                  -- of workplace.account, that the target is to be told
    delivered_version bigint not null default 0,
    remote_id text,                           -- the target's own id of the account, once it was found or made
    remote_name text,                         -- the name under which the account is known there, where it differs from the login
    acknowledged jsonb,                       -- what the target has confirmed last, where it is told differences alone
    claimed_id text,                          -- an account of which a person said: it is his
    removed_at timestamptz,
    due_at timestamptz,                       -- when the worker is to look at it; null: nothing to do
    attempts int not null default 0,          -- refusals since the last success
    dead_at timestamptz,                      -- given up until a person replays it
    conflict jsonb,                           -- why a person must decide, and between what
    conflict_at timestamptz,
    succeeded_at timestamptz,                 -- last time that the account was as it should be
    failed_at timestamptz,                    -- last refusal or conflict; stays when all is well again
    failure text,                             -- its reason, a sentence for an administrator
    primary key (target, profile_id)
);
create index delivery_due on workplace.delivery (target, due_at) where due_at is not null;
create index delivery_profile on workplace.delivery (profile_id);
create index delivery_conflict on workplace.delivery (conflict_at) where conflict_at is not null;
create index delivery_dead on workplace.delivery (dead_at) where dead_at is not null;

-- A target that cannot be spoken to is nobody's fault: it is said once, here, and everybody waits.
create table workplace.target (
    name text primary key,
    away_at timestamptz,                      -- since when it cannot be spoken to; null: it can
    reason text,                              -- why, a sentence for an administrator
    paused_until timestamptz                  -- it has asked us to come back later
);

insert into workplace.delivery (profile_id, target, version, delivered_version, remote_id, claimed_id, removed_at, due_at, attempts, dead_at, conflict, conflict_at,
                                succeeded_at, failed_at, failure)
select profile_id, 'directory', version, delivered_version, object_id::text, claimed_object_id::text, removed_at, due_at, attempts, dead_at, conflict, conflict_at,
       null, coalesce(dead_at, conflict_at), last_error
  from workplace.account where desired is not null;
