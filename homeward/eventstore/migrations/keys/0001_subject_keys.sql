-- Wrapped keys, in a schema (or, by HOMEWARD_KEYS_DATABASE_URL, a database) of their own, so that
-- they can be backed up apart, for a shorter time, and by others than the record.

-- What was sealed by the key file of a trial version can be opened by no key that is kept here.
do $$
declare found boolean := false;
begin
  if to_regclass('es.event') is not null then
    execute $q$ select exists (select from es.event where position('"key":"file-'::bytea in data) > 0) $q$
      into found;
  end if;
  if found then
    raise exception 'The data in this database were sealed by an earlier trial version, whose single key file is no longer read.'
      using hint = 'Start anew: homeward demo --fresh, or give homeward an empty database.';
  end if;
end $$;

-- `wrapped` is null once the key is destroyed; the row stays, so that it is known why.
create table es_keys.subject_key (
  key_id       text collate "C" primary key,
  subject      text collate "C" not null,
  compartment  text not null,
  wrapped      bytea,
  kek          int not null,
  proof        bytea not null,
  created_at   timestamptz not null,
  destroyed_at timestamptz,
  unique (subject, compartment),
  check ((wrapped is null) = (destroyed_at is not null))
);
create index subject_key_kek on es_keys.subject_key (kek, key_id) where wrapped is not null;

-- A key is never made again, and what it belongs to never changes.
create function es_keys.guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.wrapped is not null
     and (new.key_id, new.subject, new.compartment, new.proof, new.created_at)
       = (old.key_id, old.subject, old.compartment, old.proof, old.created_at) then
    return new;
  end if;
  raise exception 'a key is rewrapped or destroyed, nothing else: % on es_keys.subject_key', tg_op
    using errcode = 'P0A01';
end $$;
create trigger guard_row before update or delete on es_keys.subject_key
  for each row execute function es_keys.guard();
create trigger guard_table before truncate on es_keys.subject_key
  for each statement execute function es_keys.guard();
alter table es_keys.subject_key enable always trigger guard_row, enable always trigger guard_table;
