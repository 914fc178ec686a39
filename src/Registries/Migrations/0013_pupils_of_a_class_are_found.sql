-- Why: a class teacher sees the pupils of the class, and names it among the classes of the school.
-- Lock: imports wait while the index is built (seconds for millions of rows); sign-ins do not. Old code: unaffected.
create index pupil_record_class on registries.pupil_record (org_nsi_id, left(class_name, 40));
