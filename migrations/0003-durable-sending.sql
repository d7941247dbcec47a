-- Messages that leave later, and what is known of each on its way ------------------------------------------------

alter table messages
  -- Of one number's waiting messages the higher leaves first.
  add column priority smallint not null default 0,
  -- When it may leave; null where it left with its request.
  add column due_at timestamptz,
  -- Unsent by then, it is not sent any more.
  add column expires_at timestamptz,
  -- When its backend was called, or was about to be.
  add column called_at timestamptz,
  add column played_at timestamptz,
  add column unknown_at timestamptz,
  -- When it failed, expired or was cancelled.
  add column ended_at timestamptz,
  -- The message that this one repeats, by its user's choice.
  add column retry_of uuid,
  add column campaign_id uuid,
  add column media_blob_id uuid,
  -- When its text was changed, and when it was taken back from everyone, after it had been sent.
  add column edited_at timestamptz,
  add column deleted_at timestamptz,
  -- What it says, in a form in which its echo says the same.
  add column fingerprint text,
  -- What proved that an unknown message was sent.
  add column evidence text check (evidence in ('answer', 'echo', 'history'));
create index messages_waiting_idx on messages (phone_number_id, priority desc, due_at, id)
  where status in ('scheduled', 'accepted');
create index messages_expiring_idx on messages (expires_at) where status in ('scheduled', 'accepted');
create index messages_unknown_idx on messages (phone_number_id, unknown_at) where status = 'unknown';
-- Every send would pay for a tree; those of a stretch of time stand near each other.
create index messages_sent_at_idx on messages using brin (sent_at) with (pages_per_range = 32, autosummarize = on);
create index messages_campaign_id_idx on messages (campaign_id, status) where campaign_id is not null;
create index messages_retry_of_idx on messages (retry_of) where retry_of is not null;
create index messages_media_blob_id_idx on messages (media_blob_id)
  where media_blob_id is not null and status in ('scheduled', 'accepted', 'sending', 'unknown');

-- One row per phone number that has messages waiting: whoever leases it sends the next of them.
create table send_turns (
  phone_number_id bigint primary key,
  due_at timestamptz not null,
  lease_until timestamptz,
  -- Counts the claims; proves later that a lease still stands.
  claim bigint not null default 0,
  -- Until then nobody tries, whatever becomes due.
  blocked_until timestamptz,
  -- Tries in a row that ended for the same reason, which passes, and the reason.
  failures smallint not null default 0,
  waits_for text
) with (fillfactor = 50);
create index send_turns_due_at_idx on send_turns (due_at);

-- How fast, and how often on a day, a number may send. Null: as it likes.
alter table phone_numbers
  add column send_interval_ms integer check (send_interval_ms between 0 and 3600000),
  add column send_jitter_ms integer check (send_jitter_ms between 0 and 3600000),
  add column daily_cap integer check (daily_cap >= 0);

-- Only numbers with such a limit have a row.
create table number_paces (
  phone_number_id bigint primary key,
  next_at timestamptz not null,
  day date not null,
  used integer not null check (used >= 0)
) with (fillfactor = 50);

-- The highest share of the day's messages, in percent, that the user was told of.
alter table usage add column told smallint not null default 0;

create table idempotency_keys (
  user_id bigint not null,
  route text not null,
  key text not null,
  -- SHA-256 of the request.
  fingerprint bytea not null,
  message_id uuid,
  campaign_id uuid,
  created_at timestamptz not null default now(),
  primary key (user_id, route, key)
);
create index idempotency_keys_created_at_idx on idempotency_keys using brin (created_at);

-- Media that came with a request, for as long as its message may need it.
create table media_blobs (
  id uuid primary key,
  user_id bigint not null,
  sha256 bytea not null,
  mimetype text,
  file_name text,
  bytes bytea not null,
  created_at timestamptz not null default now(),
  delete_after timestamptz not null
);
alter table media_blobs alter column bytes set storage external;
create index media_blobs_delete_after_idx on media_blobs (delete_after);
create unique index media_blobs_user_id_idx on media_blobs (user_id, sha256);

-- What an echo or a backend's history says of a message that nobody has claimed yet.
alter table wire_messages
  add column kind text,
  add column fingerprint text,
  add column is_history boolean not null default false,
  -- By the backend's clock.
  add column said_at timestamptz;
create index wire_messages_unclaimed_idx on wire_messages (phone_number_id, first_seen_at)
  where message_id is null and from_me and fingerprint is not null;

-- Which address is behind a hidden one (@lid), as the number's backend told.
create table lid_addresses (
  phone_number_id bigint not null,
  lid text not null,
  jid text not null,
  primary key (phone_number_id, lid)
);

-- Campaigns -------------------------------------------------------------------------------------------------------

create table campaigns (
  id uuid primary key,
  user_id bigint not null,
  phone_number_id bigint not null,
  name text,
  kind text not null,
  status text not null default 'running' check (status in ('running', 'paused', 'cancelled', 'finished')),
  total integer not null check (total > 0),
  opted_out integer not null default 0,
  -- The progress its user was last told of, as text.
  told_progress text,
  told_at timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  updated_at timestamptz not null default now(),
  -- When the last of its messages came to an end, or left.
  finished_at timestamptz
) with (fillfactor = 80);
create index campaigns_user_id_idx on campaigns (user_id, created_at, id);
create index campaigns_open_idx on campaigns (id) where finished_at is null;

-- Who does not want a user's campaigns. The number is digits only.
create table opt_outs (
  user_id bigint not null references users on delete cascade,
  number text not null,
  reason text,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  primary key (user_id, number)
);

-- Which numbers are on WhatsApp, as somebody's backend said not long ago.
create table number_checks (
  user_id bigint not null,
  number text not null,
  is_on_whatsapp boolean not null,
  jid text,
  checked_at timestamptz not null default now(),
  primary key (user_id, number)
);
create index number_checks_checked_at_idx on number_checks using brin (checked_at);

-- Gaps ------------------------------------------------------------------------------------------------------------

-- Numbers whose backend is still to be asked for what we did not hear.
create table gap_repairs (
  phone_number_id bigint primary key,
  backend_id bigint not null,
  -- What happened since then may be missing.
  since timestamptz not null,
  reason text not null,
  due_at timestamptz not null default now(),
  lease_until timestamptz,
  attempt integer not null default 0,
  created_at timestamptz not null default now()
) with (fillfactor = 50);
create index gap_repairs_due_at_idx on gap_repairs (due_at);

-- When a process of this installation last could take a backend's call.
create table gateway_presence (
  only_row boolean primary key default true check (only_row),
  seen_at timestamptz not null
);

-- When the backend was last found well before it was away, and when it was back again, the last time.
alter table backends
  add column down_at timestamptz,
  add column back_at timestamptz;

-- How far a backend's own records were read.
create table backend_reads (
  backend_id bigint primary key,
  -- The return whose gaps are noted.
  back_at timestamptz,
  -- Sent messages were asked for their acknowledgement up to here: once for each age at which that is done.
  asked_upto timestamptz[] not null default '{}'
);

-- What a user is told beside events -------------------------------------------------------------------------------

create table mails (
  id uuid primary key,
  -- Null until it is known whose it is: an address was given that may be nobody's.
  user_id bigint references users on delete cascade,
  kind text not null,
  -- Sealed: it may hold a URL with a secret in it. Null once it has ended.
  content_sealed text,
  -- The event that it tells of. The row stays for a while, so that each is told once.
  event_id uuid unique,
  phone_number_id bigint,
  due_at timestamptz not null default now(),
  expires_at timestamptz not null,
  lease_until timestamptz,
  attempt integer not null default 0,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text check (outcome in ('sent', 'not_needed', 'refused', 'expired'))
) with (fillfactor = 80);
create index mails_due_at_idx on mails (due_at) where ended_at is null;
create index mails_ended_at_idx on mails (ended_at) where ended_at is not null;
create index mails_phone_number_id_idx on mails (phone_number_id, created_at) where phone_number_id is not null;
-- Events of which mails are made, and up to when they all were looked at.
create index events_to_mail_idx on events (created_at)
  where type in ('endpoint.disabled', 'number.disconnected', 'quota.threshold');
create table mail_cursor (
  only_row boolean primary key default true check (only_row),
  seen_until timestamptz not null
);

create table password_resets (
  token_hash bytea primary key,
  user_id bigint not null references users on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index password_resets_user_id_idx on password_resets (user_id);

-- Open one realtime connection each.
create table realtime_tickets (
  ticket_hash bytea primary key,
  user_id bigint not null references users on delete cascade,
  -- The login session or the API key it was asked with: what it opens ends with that one.
  session_id uuid,
  key_hash bytea,
  expires_at timestamptz not null
);
create index realtime_tickets_expires_at_idx on realtime_tickets (expires_at);
