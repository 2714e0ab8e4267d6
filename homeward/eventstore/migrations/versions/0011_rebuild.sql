-- A projection is built anew as a table beside the live one and takes its place (rebuild.py); a
-- function that takes the table's rows would keep the old one.
drop function es.reproject;
drop function es.may_see;

-- Whether a line about the stream may be shown: no conflict of interest (`p_names`: the person,
-- `unit:` their unit), and of restricted ones only to assignees or who sees all (`p_all`).
create function es.may_see(
  p_conflicts text[], p_restricted boolean, p_assigned jsonb,
  p_actor text, p_names text[], p_all boolean
) returns boolean language sql stable parallel safe
return not (p_conflicts && p_names)
  and (p_all or not p_restricted
       or jsonb_path_exists(p_assigned, '$.* ? (@ == $actor)', jsonb_build_object('actor', p_actor)));
