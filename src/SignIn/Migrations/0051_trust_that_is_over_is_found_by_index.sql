-- Why: who is trusted no more is looked for by the last day (every minute) and by the guardian (when the registries take a card from him), never by
-- reading everybody. Lock: writers of a small table for a moment. Old code: reads everybody as before.
create index trusted_person_term on signin.trusted_person (until) where ended_at is null;
create index trusted_person_giver on signin.trusted_person (named_by) where ended_at is null;
