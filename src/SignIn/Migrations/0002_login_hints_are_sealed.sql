-- Why: a login_hint of a service is a phone or an e-mail, which lie in the database sealed alone.
-- Lock: signin.request for a moment, no rewrite. Old code: none is released; hints under way are forgotten, people type them.
alter table signin.request add column login_hint_sealed bytea, drop column login_hint;
