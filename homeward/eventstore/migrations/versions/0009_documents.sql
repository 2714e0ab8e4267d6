-- What was attached, sealed, in parts; beside the events, in the same backup. `sealed` is the
-- SHA-256 over the boxes in order, and stands in the access log too (what: `stored <sealed>`), so
-- that a checkpoint covers it.
create table es.document (
  document_id uuid primary key,
  stream_id   text collate "C" not null,
  sha256      text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  size        int not null check (size > 0),
  media_type  text not null,
  key_id      text not null,
  parts       int not null check (parts > 0),
  sealed      bytea not null check (octet_length(sealed) = 32),
  stored_at   timestamptz not null,
  stored_by   text not null,
  unique (stream_id, sha256)
);
create table es.document_part (
  document_id uuid not null references es.document,
  part        int not null check (part >= 0),
  box         bytea not null,
  primary key (document_id, part)
);
alter table es.document_part alter box set storage external;  -- ciphertext does not compress
call es.append_only('es.document');
call es.append_only('es.document_part');
