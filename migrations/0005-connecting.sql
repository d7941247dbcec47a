-- The way of a phone number to its connection, and how long it lasts -----------------------------------------------

alter table phone_numbers
  -- A scan that is being waited for: since when, and how many resets it had so far.
  add column connect_began_at timestamptz,
  add column connect_resets smallint not null default 0,
  -- Connections lost since `losses_since`; too many, and the number rests.
  add column losses smallint not null default 0,
  add column losses_since timestamptz,
  add column rests_until timestamptz;

-- When a number was connected. What lasts has no end.
create table connection_spans (
  phone_number_id bigint not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  primary key (phone_number_id, began_at)
) with (fillfactor = 80);
create unique index connection_spans_lasting_key on connection_spans (phone_number_id) where ended_at is null;
create index connection_spans_ended_at_idx on connection_spans (ended_at) where ended_at is not null;

-- A page by which the phone's owner scans without an account.
create table share_links (
  id uuid primary key,
  user_id bigint not null references users on delete cascade,
  phone_number_id bigint not null references phone_numbers on delete cascade,
  -- SHA-256 of the secret in the link.
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  -- When the number connected by it, or the user took it back.
  used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index share_links_phone_number_idx on share_links (phone_number_id);
create index share_links_expires_at_idx on share_links (expires_at);
