-- Why: a statement of the hot path may hold a question that is seldom asked. As a part of the statement its tables are opened and locked every time,
-- which costs more than all the rest; in here they are only when it is asked, at the price of planning it then. Lock: a new function. Old code: unaffected.
create function kernel.late(question text, first text, second text) returns text language plpgsql stable as $$
declare answer text;
begin
    execute question into answer using first, second;
    return answer;
end $$;
