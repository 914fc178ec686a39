-- Why: a client asks for single claims (OpenID Connect Core §5.5), and binds codes and tokens to a key that it holds (RFC 9449). Lock: columns
-- without a default, no rewrite. Old code: reads and writes as before; its grants have neither.
alter table openid.authorization_code add column claims jsonb, add column dpop_jkt text;
alter table openid.client_grant add column claims jsonb;
-- Thumbprint (RFC 7638) of the key that the token is good with; null: a bearer's.
alter table openid.access_token add column dpop_jkt text;
-- Only public clients' are bound; a confidential one proves itself by its own authentication and may change its key (RFC 9449 §5).
alter table openid.refresh_token add column dpop_jkt text;
