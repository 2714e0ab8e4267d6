-- Reads of people: who, when, what of whom. Written and committed before anything is unsealed.
create table es.access_log (
  id        bigint generated always as identity primary key,
  at        timestamptz not null,
  actor     text not null,
  what      text not null,
  stream_id text,
  sections  text[] not null check (array_to_string(sections, '') ~ '^[a-z_]*$'),
  prev      bytea not null check (octet_length(prev) = 32),
  hash      bytea not null check (octet_length(hash) = 32)
);
create index access_log_stream on es.access_log (stream_id, id);
create index access_log_actor on es.access_log (actor, id);
call es.append_only('es.access_log');

-- hash = sha256(03 || prev || int8 at || sized(actor) || sized(what) || sized(stream_id or nothing)
--               || sized(sections joined by commas))
-- One chain for all reads: the lock is held from here to the commit, and for nothing else.
create function es.record_read(
  p_at timestamptz, p_actor text, p_what text, p_streams text[], p_sections text[]
) returns void language plpgsql as $$
declare
  tip  bytea;
  link bytea;
  of   text;
begin
  perform pg_advisory_xact_lock(hashtext('es.access_log'));
  select hash into tip from es.access_log order by id desc limit 1;
  tip := coalesce(tip, decode(repeat('00', 32), 'hex'));
  foreach of in array p_streams loop
    link := sha256('\x03'::bytea || tip || timestamptz_send(p_at)
      || es.sized(p_actor) || es.sized(p_what) || es.sized(coalesce(of, ''))
      || es.sized(array_to_string(p_sections, ',')));
    insert into es.access_log (at, actor, what, stream_id, sections, prev, hash)
      values (p_at, p_actor, p_what, of, p_sections, tip, link);
    tip := link;
  end loop;
end $$;
