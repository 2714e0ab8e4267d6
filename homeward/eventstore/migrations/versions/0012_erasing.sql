-- The erasures that are owed: facts without their line in es.erasure.
create index event_erased on es.event (event_id) where type = 'PersonalDataErased';

-- After a restore the fact itself may be gone, the line of it is told again from outside.
create function es.erase_again(p_case text, p_event uuid, p_subjects text[], p_at timestamptz)
returns bytea language plpgsql as $$
declare line es.erasure;
begin
  insert into es.erased (subject, stream_id, event_id, at)
    select s, p_case, p_event, p_at from unnest(p_subjects) s on conflict do nothing;
  line := es.record_erasure(p_case, p_event, p_subjects, p_at);
  return line.hash;
end $$;
