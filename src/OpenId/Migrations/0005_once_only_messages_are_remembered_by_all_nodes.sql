-- Why: a client assertion, a DPoP proof and a request object are good once, on whichever node they arrive. Lock: new table only. Old code:
-- unaffected. What is kept is a hash over provider, kind, issuer and jti; the expiry is rounded up to the hour, so that one jti meets itself in
-- one partition.
create table openid.replay (
    use_hash bytea not null,
    expires_at timestamptz not null,
    primary key (use_hash, expires_at)
) partition by range (expires_at);
create table openid.replay_rest partition of openid.replay default;
