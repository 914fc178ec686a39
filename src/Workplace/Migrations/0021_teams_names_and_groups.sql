-- Why: Teams is told of groups (classes, roles of a school) beside people, by differences alone: what it has confirmed of each group stands here. A group
-- becomes due in the transaction that keeps a member's delivery. And Teams names that people had before us stay theirs.
-- Lock: new tables. Old code: does not know of them.
create table workplace.teams_name (
    login text primary key,                   -- in lower case
    name text not null,                       -- userName in Teams, issued before us
    imported_at timestamptz not null
);
create unique index teams_name_name on workplace.teams_name (lower(name));

create table workplace.teams_group (
    key text primary key,                     -- our id of it there (externalId): class:4185:5А
    display_name text not null,
    version bigint not null default 1,        -- rises with every change of name or members
    remote_id text,
    told_name text,                           -- the name that Teams has confirmed
    empty_since timestamptz,                  -- since when nobody is to be in it
    due_at timestamptz,
    attempts int not null default 0,
    dead_at timestamptz,
    succeeded_at timestamptz,
    failed_at timestamptz,
    failure text
);
create index teams_group_due on workplace.teams_group (due_at) where due_at is not null;

create table workplace.teams_member (
    group_key text not null references workplace.teams_group,
    profile_id uuid not null,
    wanted boolean not null,
    told_id text,                             -- the account of which Teams has confirmed that it is a member
    primary key (group_key, profile_id)
);
create index teams_member_profile on workplace.teams_member (profile_id);
