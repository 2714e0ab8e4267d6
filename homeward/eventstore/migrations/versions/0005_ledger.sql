-- Committed events that have no position yet. An append inserts, the sequencer deletes: a queue, not
-- a watermark, so however late a transaction commits, its events are neither skipped nor waited for.
create table es.pending (
  ins       bigint primary key,
  stream_id text collate "C" not null,
  version   int not null,
  hash      bytea not null
) with (autovacuum_vacuum_scale_factor = 0.02);

-- What readers of everything page by: dense positions, leaves of the Merkle tree (docs/record.md).
create table es.ledger (
  position  bigint primary key check (position >= 0),
  stream_id text collate "C" not null,
  version   int not null,
  leaf      bytea not null check (octet_length(leaf) = 32),
  unique (stream_id, version)
);
call es.append_only('es.ledger');

-- Roots of complete subtrees: of 256 leaves at level 1, of 256 such at level 2, and so on. A proof
-- needs at most 255 hashes of each level, and they cost a 255th of the leaves.
create table es.node (
  level smallint not null check (level > 0),
  index bigint not null,
  hash  bytea not null check (octet_length(hash) = 32),
  primary key (level, index)
);
call es.append_only('es.node');

-- How far the sequencer is, and the roots of the complete subtrees that make up the tree, largest
-- first. Its row's lock is the sequencer's turn.
create table es.sequencer (
  one      boolean primary key default true check (one),
  size     bigint not null default 0,
  frontier bytea[] not null default '{}'
);
insert into es.sequencer default values;

-- What a subscriber has handled: everything before `position`.
create table es.subscription (
  name     text primary key,
  position bigint not null default 0 check (position >= 0)
);

insert into es.pending select ins, stream_id, version, hash from es.event;

-- As before (0003_append.sql), and each event is queued for its position.
-- One command's events with everything that must be durable with them: nothing or everything.
-- Streams are locked in id order, so two appends never wait for each other in a ring. Under the
-- locks the command is looked up before the versions are compared: a repeat always comes with an
-- old version, and a twin that committed meanwhile is seen. The answer is data, never an exception:
--   done
--   repeat          the same command by the same actor: what was answered first
--   duplicate_key   the id belongs to another command (or another's): what was answered first
--   conflict        a stream is not at its expected version
-- For READ COMMITTED: each statement sees what others have committed before it.
create or replace function es.append(
  p_command_id uuid, p_command text, p_fingerprint text, p_actor text, p_roles text[],
  p_recorded_at timestamptz, p_answer bytea,
  -- the streams, in id order, with the change of their rows
  p_streams text[], p_kinds text[], p_expected int[], p_rows jsonb[],
  -- the events, in order; p_of: the stream of each, by its place in p_streams
  p_of int[], p_event_ids uuid[], p_types text[], p_schemas smallint[], p_causes uuid[],
  p_occurred timestamptz[], p_data bytea[],
  out status text, out known_fingerprint text, out known_actor text, out known_answer bytea
) language plpgsql as $$
declare
  versions int[];
  heads    bytea[];
  prev     bytea;
  s        int;
  place    bigint;
begin
  if 0 = any (p_expected) then
    insert into es.stream (stream_id, kind)
      select t.id, t.kind from unnest(p_streams, p_kinds, p_expected) as t (id, kind, expected)
       where t.expected = 0 order by t.id collate "C"
      on conflict do nothing;
  end if;
  select array_agg(version), array_agg(head) into versions, heads
    from (select version, head from es.stream where stream_id = any (p_streams)
           order by stream_id for update) locked;

  select 'known', fingerprint, actor, answer
    into status, known_fingerprint, known_actor, known_answer
    from es.command where command_id = p_command_id;
  if not found and versions is distinct from p_expected then
    status := 'conflict';
  elsif not found then
    insert into es.command values
      (p_command_id, p_fingerprint, p_actor, p_streams[p_of[1]], p_expected[p_of[1]] + 1,
       p_answer, p_recorded_at)
      on conflict do nothing;
    if not found then  -- its twin, on other streams, has just committed
      select 'known', fingerprint, actor, answer
        into status, known_fingerprint, known_actor, known_answer
        from es.command where command_id = p_command_id;
    end if;
  end if;
  if status is not null then
    if status = 'known' then
      status := case when (known_fingerprint, known_actor) = (p_fingerprint, p_actor)
                     then 'repeat' else 'duplicate_key' end;
    end if;
    delete from es.stream where stream_id = any (p_streams) and version = 0;
    return;
  end if;

  for i in 1 .. cardinality(p_event_ids) loop
    s := p_of[i];
    prev := heads[s];
    versions[s] := versions[s] + 1;
    heads[s] := es.chained(
      prev, p_streams[s], versions[s], p_event_ids[i], p_command_id, p_command, p_types[i],
      p_schemas[i], p_actor, p_roles, p_causes[i], p_occurred[i], p_recorded_at, p_data[i]);
    insert into es.event
        (stream_id, version, event_id, command_id, command, type, schema_v, actor, roles, cause,
         occurred_at, recorded_at, data, prev, hash)
      values
        (p_streams[s], versions[s], p_event_ids[i], p_command_id, p_command, p_types[i],
         p_schemas[i], p_actor, p_roles, p_causes[i], p_occurred[i], p_recorded_at, p_data[i],
         prev, heads[s])
      returning ins into place;
    insert into es.pending values (place, p_streams[s], versions[s], heads[s]);
  end loop;
  update es.stream set version = t.version, head = t.head
    from unnest(p_streams, versions, heads) as t (id, version, head)
   where stream_id = t.id;
  for i in 1 .. cardinality(p_streams) loop
    perform es.project(p_streams[i], p_rows[i]);
  end loop;
  status := 'done';
end $$;
