-- docs/record.md gives the formats.

-- Reads are numbered 1, 2, 3, … in the order of their chain: a number that was drawn and not used
-- would look like a line taken out.
alter table es.access_log alter column id drop identity;
alter table es.access_log disable trigger append_only_row;
update es.access_log l set id = -n.number
  from (select id, row_number() over (order by id) as number from es.access_log) n
 where l.id = n.id;
update es.access_log set id = -id;
alter table es.access_log enable always trigger append_only_row;

create or replace function es.record_read(
  p_at timestamptz, p_actor text, p_what text, p_streams text[], p_sections text[]
) returns void language plpgsql as $$
declare
  line bigint;
  tip  bytea;
  link bytea;
  of   text;
begin
  perform pg_advisory_xact_lock(hashtext('es.access_log'));
  select id, hash into line, tip from es.access_log order by id desc limit 1;
  line := coalesce(line, 0);
  tip := coalesce(tip, decode(repeat('00', 32), 'hex'));
  foreach of in array p_streams loop
    line := line + 1;
    link := sha256('\x03'::bytea || tip || timestamptz_send(p_at)
      || es.sized(p_actor) || es.sized(p_what) || es.sized(coalesce(of, ''))
      || es.sized(array_to_string(p_sections, ',')));
    insert into es.access_log (id, at, actor, what, stream_id, sections, prev, hash)
      values (line, p_at, p_actor, p_what, of, p_sections, tip, link);
    tip := link;
  end loop;
end $$;

-- What was forgotten: the subjects whose keys were destroyed.
create table es.erasure (
  number   bigint primary key check (number > 0),
  case_id  text collate "C" not null,
  event_id uuid not null unique,
  subjects text[] not null,
  at       timestamptz not null,
  prev     bytea not null check (octet_length(prev) = 32),
  hash     bytea not null check (octet_length(hash) = 32)
);
call es.append_only('es.erasure');

-- hash = sha256(04 || prev || sized(case) || uuid event || sized(subjects, sorted by bytes, joined by
--               line feeds) || int8 at)
-- Once per event of PersonalDataErased: told again, it answers with the line that stands.
create function es.record_erasure(
  p_case text, p_event uuid, p_subjects text[], p_at timestamptz
) returns es.erasure language plpgsql as $$
declare
  line   es.erasure;
  last   es.erasure;
  sorted text[] := array(select distinct s collate "C" from unnest(p_subjects) s order by 1);
begin
  if exists (select from unnest(sorted) s where s is null or s = '' or s ~ '\n') then
    raise exception 'a subject is an id in one line' using errcode = '22023';
  end if;
  perform pg_advisory_xact_lock(hashtext('es.erasure'));
  select * into line from es.erasure where event_id = p_event;
  if found then
    return line;
  end if;
  select * into last from es.erasure order by number desc limit 1;
  line.number := coalesce(last.number, 0) + 1;
  line.case_id := p_case;
  line.event_id := p_event;
  line.subjects := sorted;
  line.at := p_at;
  line.prev := coalesce(last.hash, decode(repeat('00', 32), 'hex'));
  line.hash := sha256('\x04'::bytea || line.prev || es.sized(p_case) || uuid_send(p_event)
    || es.sized(array_to_string(sorted, E'\n')) || timestamptz_send(p_at));
  insert into es.erasure select line.*;
  return line;
end $$;

-- Signed notes, numbered 1, 2, 3, … as they were made.
create table es.checkpoint (
  number    bigint primary key check (number > 0),
  size      bigint not null check (size >= 0),
  signed_at timestamptz not null,
  note      text not null
);
call es.append_only('es.checkpoint');

-- Public keys that have signed: the log's and the witnesses', as docs/record.md writes them.
create table es.public_key (
  key     text primary key,
  witness boolean not null,
  since   timestamptz not null
);
call es.append_only('es.public_key');

-- What witnesses have answered to a checkpoint.
create table es.cosignature (
  checkpoint bigint not null references es.checkpoint,
  witness    text not null,
  line       text not null,
  primary key (checkpoint, witness)
);
call es.append_only('es.cosignature');

-- How far each witness is: `delivered` the number of the last checkpoint that it took, of `size`
-- leaves; `waiting_since` and `fault` (away | disagrees) while it takes none.
create table es.witness (
  name          text primary key,
  delivered     bigint not null default 0,
  size          bigint not null default 0,
  waiting_since timestamptz,
  fault         text check (fault in ('away', 'disagrees')),
  told          text not null default ''
);
