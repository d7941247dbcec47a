-- What clients of foreign contracts say of their endpoints and numbers -----------------------------------------------

alter table endpoints
  -- The contract by which it was set: there a phone number has one. Null where our own API made it.
  add column dialect text,
  -- What it hears of, in that contract's words, some of which stand for nothing that we tell; null: all of them.
  add column dialect_events text[],
  -- Each kind of event at a path of its own.
  add column by_events boolean not null default false,
  -- The media of received messages comes with them.
  add column with_media boolean not null default false,
  -- Headers of the user's choice; they may hold secrets.
  add column headers_sealed text;
create unique index endpoints_dialect_key on endpoints (phone_number_id, dialect) where dialect is not null;

-- What the picture of a QR code says, for whoever draws it himself.
alter table phone_numbers add column qr_text text;
