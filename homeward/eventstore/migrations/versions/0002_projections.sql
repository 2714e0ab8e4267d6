-- Rows that follow from the streams alone: written in the append's transaction, rebuilt at will.
-- No personal data in clear or sealed: ids, codes and times.

-- The next level of each running deadline.
create table es.deadline (
  stream_id text collate "C" not null,
  key       text not null,
  due       timestamptz not null,
  name      text not null,
  instance  text,
  level     int not null,
  tells     text not null,
  primary key (stream_id, key)
);
create index deadline_due on es.deadline (due);

-- Deadlines of which a level has passed, until their end.
create table es.late (
  stream_id text collate "C" not null,
  key       text not null,
  name      text not null,
  instance  text,
  level     int not null,
  tells     text not null,
  due       timestamptz not null,
  since     timestamptz not null,
  primary key (stream_id, key)
);
create index late_level on es.late ((-level), since, stream_id, key);
create index late_tells on es.late (tells, (-level), since, stream_id, key);

-- Questions owed to partners.
create table es.owed_call (
  call_id   uuid primary key,
  stream_id text collate "C" not null,
  service   text not null,
  operation text not null,
  since     timestamptz not null,
  failed    boolean not null,
  refused   boolean not null
);
create index owed_call_stream on es.owed_call (stream_id);
create index owed_call_since on es.owed_call (since) where not refused;

-- A task once for each `who` it is for: a role, `@person`, or `liaison:VN`; so that each
-- worklist is read in order from one index.
create table es.task (
  stream_id text collate "C" not null,
  key       text not null,
  who       text not null,
  kind      text not null,
  about     uuid,
  since     timestamptz not null,
  roles     text[] not null,
  person    text,
  mission   text,
  due       timestamptz,
  place     timestamptz not null generated always as (coalesce(due, 'infinity'::timestamptz)) stored,
  sent_by   text,
  primary key (stream_id, key, who)
);
create index task_who on es.task (who, place, stream_id, key);
create index task_sent on es.task (sent_by, place, stream_id, key);
create index task_confirm on es.task (who, place, stream_id, key) where kind = 'confirm';

-- `visible`: its mission may know of it, until `visible_until`.
create table es.handoff (
  handoff_id    uuid primary key,
  stream_id     text collate "C" not null,
  mission       text not null,
  kind          text not null,
  state         text not null,
  opened_at     timestamptz not null,
  due           timestamptz,
  place         timestamptz not null generated always as (coalesce(due, 'infinity'::timestamptz)) stored,
  visible       boolean not null,
  visible_until timestamptz
);
create index handoff_stream on es.handoff (stream_id);
create index handoff_inbox on es.handoff (mission, place, handoff_id) where visible;

-- One row per stream, for lists. `failing`: guards between a case and its departure.
create table es.summary (
  stream_id   text collate "C" primary key,
  kind        text not null,
  state       text not null,
  version     int not null,
  opened_at   timestamptz not null,
  next_due    timestamptz,
  province    text,
  nationality text[] not null,
  mission     text,
  urgency     smallint,
  assigned    jsonb not null,
  restricted  boolean not null,
  conflicts   text[] not null,
  tracks      jsonb not null,
  failing     text[] not null
) with (fillfactor = 60);
create index summary_request on es.summary (urgency, opened_at, stream_id)
  where kind = 'request' and state not in ('ANSWERED', 'CLOSED', 'MERGED', 'DECLINED');
create index summary_case on es.summary (opened_at, stream_id)
  where kind = 'case' and state <> 'CLOSED';
create index summary_blocked on es.summary (opened_at, stream_id)
  where state = 'RETURN_PREPARATION';

-- Whether a line about the stream may be shown: no conflict of interest (`p_names`: the person,
-- `unit:` their unit), and of restricted ones only to assignees or who sees all (`p_all`).
create function es.may_see(p_stream es.summary, p_actor text, p_names text[], p_all boolean)
returns boolean language sql stable parallel safe
return not (p_stream.conflicts && p_names)
  and (p_all or not p_stream.restricted
       or jsonb_path_exists(p_stream.assigned, '$.* ? (@ == $actor)', jsonb_build_object('actor', p_actor)));

-- Brings one stream's rows to where its events are: for each table that changed, the keys to
-- drop (of changed rows too) and the rows to set.
create function es.project(p_stream text, p jsonb) returns void language plpgsql as $$
begin
  if p ? 'deadline' then
    delete from es.deadline where stream_id = p_stream
      and key = any (array(select jsonb_array_elements_text(p #> '{deadline,drop}')));
    insert into es.deadline
      select * from jsonb_populate_recordset(null::es.deadline, p #> '{deadline,set}');
  end if;
  if p ? 'late' then
    delete from es.late where stream_id = p_stream
      and key = any (array(select jsonb_array_elements_text(p #> '{late,drop}')));
    insert into es.late select * from jsonb_populate_recordset(null::es.late, p #> '{late,set}');
  end if;
  if p ? 'owed_call' then
    delete from es.owed_call
      where call_id = any (array(select jsonb_array_elements_text(p #> '{owed_call,drop}')::uuid));
    insert into es.owed_call
      select * from jsonb_populate_recordset(null::es.owed_call, p #> '{owed_call,set}');
  end if;
  if p ? 'task' then
    delete from es.task where stream_id = p_stream
      and key = any (array(select jsonb_array_elements_text(p #> '{task,drop}')));
    insert into es.task
        (stream_id, key, who, kind, about, since, roles, person, mission, due, sent_by)
      select t.stream_id, t.key, t.who, t.kind, t.about, t.since, t.roles, t.person, t.mission,
             t.due, (select e.actor from es.event e where e.event_id = t.about)
        from jsonb_populate_recordset(null::es.task, p #> '{task,set}') t;
  end if;
  if p ? 'handoff' then
    delete from es.handoff
      where handoff_id = any (array(select jsonb_array_elements_text(p #> '{handoff,drop}')::uuid));
    insert into es.handoff
        (handoff_id, stream_id, mission, kind, state, opened_at, due, visible, visible_until)
      select handoff_id, stream_id, mission, kind, state, opened_at, due, visible, visible_until
        from jsonb_populate_recordset(null::es.handoff, p #> '{handoff,set}');
  end if;
  if p ? 'summary' then
    insert into es.summary select * from jsonb_populate_record(null::es.summary, p -> 'summary')
      on conflict (stream_id) do update set
        (state, version, next_due, province, nationality, mission, urgency, assigned,
         restricted, conflicts, tracks, failing)
      = (excluded.state, excluded.version, excluded.next_due, excluded.province,
         excluded.nationality, excluded.mission, excluded.urgency, excluded.assigned,
         excluded.restricted, excluded.conflicts, excluded.tracks, excluded.failing);
  end if;
end $$;

-- The same from nothing, beside live appends: false where the stream has moved on meanwhile.
create function es.reproject(p_stream text, p_version int, p jsonb)
returns boolean language plpgsql as $$
begin
  perform from es.stream where stream_id = p_stream and version = p_version for update;
  if not found then
    return false;
  end if;
  delete from es.deadline where stream_id = p_stream;
  delete from es.late where stream_id = p_stream;
  delete from es.owed_call where stream_id = p_stream;
  delete from es.task where stream_id = p_stream;
  delete from es.handoff where stream_id = p_stream;
  delete from es.summary where stream_id = p_stream;
  perform es.project(p_stream, p);
  return true;
end $$;
