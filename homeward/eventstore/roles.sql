-- The roles of homeward on a PostgreSQL server: all of them are made once for all its databases.
-- An administrator runs this as often as he likes, also beside others who do:
--
--     psql -d postgres -f roles.sql
--
-- Who logs in with a password is given one after: \password homeward_app
--
--   homeward_owner      owns schemas, tables and functions; nobody can log in as it
--   homeward_migrate    brings the schema to a new release, builds projections anew; a deployment's
--   homeward_app        API and console: reads, reserves numbers, keeps the log of reads
--   homeward_worker     appends; keeps time; is also sequencer, since it hosts it
--   homeward_sequencer  gives positions, signs checkpoints, feeds projections
--   homeward_audit      reads everything except keys
--   homeward_keys       the wrapped keys of people, and nothing else
--   homeward_backup     reads everything except keys, for pg_dump
do $$
declare
  made text;
  pair text[];
begin
  foreach made in array array['owner', 'migrate', 'app', 'worker', 'sequencer', 'audit', 'keys', 'backup'] loop
    if not exists (select from pg_roles where rolname = 'homeward_' || made) then
      begin
        execute format('create role %I %s', 'homeward_' || made,
                       case made when 'owner' then 'nologin' else 'login' end);
      exception when duplicate_object or unique_violation then
        null;  -- another database's migration was quicker
      end;
    end if;
  end loop;
  foreach pair slice 1 in array array[['owner', 'migrate'], ['sequencer', 'worker']] loop
    if not pg_has_role('homeward_' || pair[2], 'homeward_' || pair[1], 'member') then
      begin
        execute format('grant %I to %I', 'homeward_' || pair[1], 'homeward_' || pair[2]);
      exception when unique_violation then
        null;
      end;
    end if;
  end loop;
  -- without a context no row is seen, and pg_dump would write an empty backup
  if not exists (select from pg_db_role_setting where setrole = 'homeward_backup'::regrole) then
    begin
      alter role homeward_backup set homeward.context = 'backup';
    exception when unique_violation then
      null;
    when insufficient_privilege then
      raise warning 'a superuser is needed for: alter role homeward_backup set homeward.context = ''backup''';
    end;
  end if;
end $$;
