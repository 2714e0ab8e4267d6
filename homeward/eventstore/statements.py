"""The event store's SQL, each one round trip."""

EVENT = """event_id, stream_id, version, type, schema_v, data, actor,
  array_to_string(roles, ' ') as roles, command, command_id, cause, occurred_at, recorded_at"""

LOAD = f"""
select c.offset_seconds, c.epoch, k.fingerprint, k.actor as known_actor, k.answer, e.*
  from es.clock c
  left join es.command k on k.command_id = $2
  left join lateral (select {EVENT} from es.event where stream_id = any ($1)) e on true
 where c.one
 order by e.stream_id, e.version
"""  # noqa: S608 - EVENT is a constant

READ = f"""
select {EVENT} from es.event
 where stream_id = $1 and version > $2 and version <= $3 and recorded_at <= $4
 order by version limit $5
"""  # noqa: S608

RECORDED = f"""
select {EVENT} from es.event where stream_id = any ($1) order by ins
"""  # noqa: S608

COMMAND = "select fingerprint, actor, answer from es.command where command_id = $1"
COMMANDS = """
select command_id, fingerprint, actor, answer from es.command where command_id = any($1::uuid[])
"""

APPEND = """
select * from es.append(
  $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb[], $12, $13, $14, $15, $16, $17, $18)
"""

RESERVE = """
with made as (
  insert into es.reservation (command_id, kind, fingerprint, stream_id)
  select $1, kind, $2, id from unnest($3::text[], $4::text[]) as drawn (kind, id)
   where not exists (select from es.stream where stream_id = id)
  on conflict do nothing
  returning kind, stream_id)
select kind, stream_id from made
union select kind, stream_id from es.reservation where command_id = $1
"""

# A stream is handed out when something in it is overdue by the grace, unless it was handed out
# since that fell due; then again after a while that doubles, up to ten minutes.
SWEEP = """
with overdue as (
  select stream_id, due from es.deadline where due <= $1::timestamptz - $2::interval
  union all
  select stream_id, since from es.owed_call
   where not refused and since <= $1::timestamptz - $2::interval
), free as (
  select s.stream_id, o.due from es.stream s join overdue o using (stream_id)
   where s.nudged_at is null
      or s.nudged_at < o.due
      or s.nudged_at > $1::timestamptz + interval '1 hour'  -- the clock was put back
      or s.nudged_at < $1::timestamptz
           - least(greatest($2::interval, s.nudged_at - o.due), interval '10 minutes')
   order by o.due limit $3
   for update of s skip locked
), nudged as (
  update es.stream s set nudged_at = $1 from free where s.stream_id = free.stream_id
)
select stream_id, min(due) as due from free group by stream_id order by due
"""

NEXT_DUE = """
select min(due) from es.deadline
 where due <= $2 and ($1::text[] is null or stream_id = any ($1))
"""

DUE_NOW = """
select stream_id from es.deadline
 where due <= $2 and ($1::text[] is null or stream_id = any ($1))
 group by stream_id order by min(due), stream_id
"""

OWED = """
select call_id, stream_id, service, operation, since, failed, refused from es.owed_call
 where $1::text[] is null or stream_id = any ($1) order by since, call_id
"""

OFFSET = "select offset_seconds from es.clock"
SET_OFFSET = "update es.clock set offset_seconds = $1"
EPOCH = "select epoch from es.clock"
RAISE_EPOCH = """
with forgotten as (update es.stream set nudged_at = null where nudged_at is not null)
update es.clock set epoch = epoch + 1 returning epoch
"""
