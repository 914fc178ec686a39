-- Why: the copy of all personal data holds what its owner wrote to support. Lock: the table, for writing, while the small index is made. Old
-- code: unaffected.
create index support_request_account on desk.support_request (account_id, number) where account_id is not null;
