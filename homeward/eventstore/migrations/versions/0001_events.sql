-- The truth. Text is UTF-8; every id and every time is told by the engine, none comes from now().

do $$ begin
  if current_setting('server_encoding') <> 'UTF8' then
    raise exception 'the database must be encoded in UTF8, not %', current_setting('server_encoding');
  end if;
end $$;

-- One row per stream: what an append locks. `nudged_at` is the sweep's lease.
create table es.stream (
  stream_id text collate "C" primary key,
  kind      text not null,
  version   int not null default 0,
  head      bytea not null default decode(repeat('00', 32), 'hex') check (octet_length(head) = 32),
  nudged_at timestamptz
) with (fillfactor = 60);

-- `ins` is drawn under the stream's lock: within a stream it rises; it is no reading position.
create table es.event (
  stream_id   text collate "C" not null,
  version     int not null check (version > 0),
  ins         bigint generated always as identity,
  event_id    uuid not null unique,
  command_id  uuid not null,
  command     text not null,
  type        text not null,
  schema_v    smallint not null,
  actor       text not null,
  roles       text[] not null check (array_to_string(roles, '') ~ '^[a-z_]*$'),
  cause       uuid,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  data        bytea not null,
  prev        bytea not null check (octet_length(prev) = 32),
  hash        bytea not null check (octet_length(hash) = 32),
  primary key (stream_id, version)
);

comment on column es.event.data is 'JSON, keys sorted; personal data in it is ciphertext';

-- A command that was carried out, and what was answered. One that appended nothing leaves no row.
create table es.command (
  command_id  uuid primary key,
  fingerprint text not null,
  actor       text not null,
  stream_id   text not null,
  version     int not null,
  answer      bytea not null,
  recorded_at timestamptz not null
);

-- A stream is named before it is opened.
create table es.reservation (
  command_id  uuid not null,
  kind        text not null,
  fingerprint text not null,
  stream_id   text collate "C" not null unique,
  primary key (command_id, kind)
);

-- now = the host's time + offset. A workflow of an older epoch is superseded.
create table es.clock (
  one            boolean primary key default true check (one),
  offset_seconds double precision not null default 0,
  epoch          int not null default 1
);
insert into es.clock default values;

create function es.forbid() returns trigger language plpgsql as $$
begin
  raise exception 'append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
    using errcode = 'P0A01';
end $$;

-- No setting of a session switches these off (not session_replication_role either).
create procedure es.append_only(p_table regclass) language plpgsql as $$
begin
  execute format('create trigger append_only_row before update or delete on %s
                    for each row execute function es.forbid()', p_table);
  execute format('create trigger append_only_table before truncate on %s
                    for each statement execute function es.forbid()', p_table);
  execute format('alter table %s enable always trigger append_only_row,
                    enable always trigger append_only_table', p_table);
end $$;
call es.append_only('es.event');
call es.append_only('es.command');
call es.append_only('es.reservation');

-- int4 length, then the bytes: no two lists of values share their bytes.
create function es.sized(p_text text) returns bytea language sql stable parallel safe
return int4send(octet_length(p_text)) || convert_to(p_text, 'UTF8');

-- The hash of an event: sha256 over
--   02                       one byte, so that no leaf or node of a tree passes for an event
--   prev                     32 bytes: the hash of the event before it, zeros before the first
--   sized(stream_id)  int4 version  uuid event_id
--   uuid command_id  sized(command)
--   sized(type)  int2 schema_v
--   sized(actor)  sized(roles joined by commas; a role is of a-z and _)
--   uuid cause               or 16 zero bytes
--   int8 occurred_at  int8 recorded_at     microseconds since 2000-01-01 00:00 UTC
--   sha256(data)             32 bytes
-- where sized(text) is its UTF-8 bytes after their int4 length, and integers are big-endian.
-- homeward/eventstore/chain.py says the same in Python.
create function es.chained(
  p_prev bytea, p_stream text, p_version int, p_event_id uuid, p_command_id uuid, p_command text,
  p_type text, p_schema_v smallint, p_actor text, p_roles text[], p_cause uuid,
  p_occurred_at timestamptz, p_recorded_at timestamptz, p_data bytea
) returns bytea language sql stable parallel safe
return sha256(
  '\x02'::bytea || p_prev
  || es.sized(p_stream) || int4send(p_version) || uuid_send(p_event_id)
  || uuid_send(p_command_id) || es.sized(p_command)
  || es.sized(p_type) || int2send(p_schema_v)
  || es.sized(p_actor) || es.sized(array_to_string(p_roles, ','))
  || uuid_send(coalesce(p_cause, '00000000-0000-0000-0000-000000000000'))
  || timestamptz_send(p_occurred_at) || timestamptz_send(p_recorded_at)
  || sha256(p_data)
);
