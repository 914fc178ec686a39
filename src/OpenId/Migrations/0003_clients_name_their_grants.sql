-- Why: a client names its grant types (RFC 7591 §2) in place of the one switch "refresh". Lock: rows of clients, a few hundred. Old code:
-- an older node cannot read the new form; no version with the switch was ever released.
update openid.client set definition = (definition - 'refresh') || jsonb_build_object('grantTypes',
    case when definition ->> 'refresh' = 'true' then '["authorization_code", "refresh_token"]'::jsonb else '["authorization_code"]'::jsonb end);
