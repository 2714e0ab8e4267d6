-- While the record contradicts itself: what was found, and since when nothing is signed.
alter table es.sequencer
  add column fault text,
  add column fault_since timestamptz;
