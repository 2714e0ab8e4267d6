-- By what a person may be found, unread: keyed hashes of parts of names (cut to 40 bits, so that
-- some stand for several words), of document numbers and of birth dates. Made anew from the ledger
-- at will; nothing of it stands in an event.
create table es.search_term (
  kind      text not null,
  term      bytea not null,
  subject   text collate "C" not null,
  stream_id text collate "C" not null,
  value     smallint not null,  -- which of the person's names, numbers or dates
  parts     smallint not null,  -- how many words it has
  part      smallint not null,  -- which of them, -1 the whole; of a date, how much of it
  primary key (kind, term, subject, value, part)
);
create index search_term_subject on es.search_term (subject);
create index search_term_stream on es.search_term (stream_id);

-- Who is forgotten is found no more, from the commit on that says so.
create function es.forget_terms() returns trigger language plpgsql as $$
begin
  delete from es.search_term where subject = any (new.subjects);
  return null;
end $$;
create trigger forget_terms after insert on es.erasure
  for each row execute function es.forget_terms();
alter table es.erasure enable always trigger forget_terms;
