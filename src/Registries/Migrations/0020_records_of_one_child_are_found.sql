-- Why: a child enrolled at two schools has two records, and one account: an account made from one of them is found to be the other one's too.
-- Two records are one child's when the full name is the same, and either the СНИЛС is the same and the birth dates do not contradict; or the
-- birth date is the same, the СНИЛС does not contradict, and the cards have a guardian in common (full name and an identifier).
-- Lock: imports wait while the index is built (seconds for millions of rows). Old code: does not ask; it leaves the new column empty.
create index pupil_record_name_birth on registries.pupil_record (name_key, birth_date);

-- A card that lost a guardian may be another child's now: the guardian's old row tells which card.
alter table registries.departed_record add column pupil_record_id text collate "C";

-- Each root with every record of the same child, itself among them if it is there; also by way of a third record.
create function registries.records_of_child(roots text[]) returns table (root text, record_id text) language sql stable as $$
    with recursive same (root, record_id) as (
        select p.record_id collate "C", p.record_id collate "C" from registries.pupil_record p where p.record_id = any (roots)
        union
        select s.root, other.record_id collate "C"
          from same s join registries.pupil_record p on p.record_id = s.record_id
          cross join lateral (
            select t.record_id from registries.pupil_record t
             where t.name_key = p.name_key and t.birth_date = p.birth_date and t.record_id <> p.record_id
               and case when p.snils_sealed is not null and t.snils_sealed is not null then p.identifiers[1] = t.identifiers[1]
                   else exists (
                    select from registries.guardian_record mine join registries.guardian_record theirs
                        on theirs.name_key = mine.name_key and theirs.identifiers && mine.identifiers
                     where mine.pupil_record_id = p.record_id and theirs.pupil_record_id = t.record_id) end
            union all
            select t.record_id from registries.pupil_record t
             where p.snils_sealed is not null and t.snils_sealed is not null and t.identifiers && p.identifiers[1:1] and t.identifiers[1] = p.identifiers[1]
               and t.name_key = p.name_key and (t.birth_date is null or p.birth_date is null) and t.record_id <> p.record_id
          ) other
    )
    select same.root, same.record_id from same
$$;
