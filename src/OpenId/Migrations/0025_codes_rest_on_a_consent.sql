-- Why: a code or a device that a third party was given dies with the person's consent, also when it is taken back in the same moment. Lock:
-- columns with a constant default, no rewrite. Old code: gives codes that rest on nothing, for the minutes of the roll-out.
alter table openid.authorization_code add column needs_consent boolean not null default false;
alter table openid.device_authorization add column needs_consent boolean not null default false;
create index authorization_code_subject on openid.authorization_code (subject) where needs_consent and spent_at is null;
create index device_authorization_subject on openid.device_authorization (subject) where needs_consent and spent_at is null;
