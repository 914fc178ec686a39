-- Why: a client may use a sign-in for a limited time (sessionMinutes), and a third party for as long as the person has consented to. What was
-- granted ends at that moment, whatever the settings would allow. Lock: a column without a default, no rewrite. Old code: gives codes without
-- the limit for the minutes of the roll-out.
alter table openid.authorization_code add column grant_until timestamptz;

-- What a person allows a third party, scope by scope: asked again for a scope that was not among them, and when its time is over.
create table openid.consent (
    provider text not null,
    subject text not null,
    client_id text not null,
    scope text not null,
    -- Whom the person read that it belongs to: another owner must ask anew.
    owner text not null,
    given_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (provider, subject, client_id, scope)
);
create index consent_expires on openid.consent (expires_at);
