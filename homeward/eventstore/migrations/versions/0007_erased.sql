-- Whoever opens anything looks here: nothing of these subjects is opened any more, whether their
-- keys are destroyed yet or not.
create table es.erased (
  subject   text collate "C" primary key,
  stream_id text collate "C" not null,
  event_id  uuid not null,
  at        timestamptz not null
);
create index erased_event on es.erased (event_id);
call es.append_only('es.erased');

-- By a trigger, so that no way of writing the fact can leave it out.
create function es.note_erased() returns trigger language plpgsql as $$
begin
  insert into es.erased (subject, stream_id, event_id, at)
    select subject, new.stream_id, new.event_id, new.recorded_at
      from jsonb_array_elements_text(convert_from(new.data, 'UTF8')::jsonb -> 'subjects') as s (subject)
    on conflict do nothing;
  return null;
end $$;
create trigger note_erased after insert on es.event
  for each row when (new.type = 'PersonalDataErased') execute function es.note_erased();
alter table es.event enable always trigger note_erased;
insert into es.erased (subject, stream_id, event_id, at)
  select distinct on (s.subject) s.subject, stream_id, event_id, recorded_at
    from es.event, jsonb_array_elements_text(convert_from(data, 'UTF8')::jsonb -> 'subjects') as s (subject)
   where type = 'PersonalDataErased' order by s.subject, recorded_at;
