-- The way of a phone number to its connection, and how long it lasts -----------------------------------------------

alter table phone_numbers
  -- A code or a connection that is being waited for: since when, and how many resets that took so far.
  add column connect_began_at timestamptz,
  add column connect_resets smallint not null default 0,
  -- Whether its backend holds the credentials of a phone; without them it needs a scan.
  add column is_paired boolean not null default false,
  -- SHA-256 of the last QR code, which a backend goes on to answer with when it is long over.
  add column qr_digest bytea,
  -- Whom the pairing code is for, and how long it can be typed.
  add column pairing_number text,
  add column pairing_expires_at timestamptz,
  -- Connections lost since `losses_since`; too many, and the number rests, longer each time.
  add column losses integer not null default 0,
  add column losses_since timestamptz,
  add column lost_at timestamptz,
  add column rests smallint not null default 0,
  add column rests_until timestamptz;
create index phone_numbers_connecting_idx on phone_numbers (connect_began_at) where connect_began_at is not null;
create index phone_numbers_lost_idx on phone_numbers (lost_at) where lost_at is not null;
update phone_numbers set is_paired = true
where own_jid is not null and status <> 'qr_ready' and status_reason is distinct from 'logged_out';
update phone_numbers set connect_began_at = now(), status_reason = null
where status = 'initializing' and reservation_id is null and deleted_at is null;
drop index phone_numbers_waiting_idx;

-- Why a number is made anew, where nobody wished it on another backend.
alter table number_moves add column reason text;

-- When a number was connected. What lasts has no end.
create table connection_spans (
  phone_number_id bigint not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  primary key (phone_number_id, began_at)
) with (fillfactor = 80);
create unique index connection_spans_lasting_key on connection_spans (phone_number_id) where ended_at is null;
create index connection_spans_ended_at_idx on connection_spans (ended_at) where ended_at is not null;
insert into connection_spans (phone_number_id, began_at)
select id, coalesce(connected_at, now()) from phone_numbers where status = 'connected' and deleted_at is null;

-- A page by which the phone's owner scans without an account.
create table share_links (
  id uuid primary key,
  user_id bigint not null references users on delete cascade,
  phone_number_id bigint not null references phone_numbers on delete cascade,
  -- SHA-256 of the secret in the link.
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  -- When the number connected, and when the user took the link back.
  used_at timestamptz,
  revoked_at timestamptz,
  -- Codes asked for a number that the visitor typed; each makes a phone ring, so they are counted.
  pairings smallint not null default 0,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index share_links_user_idx on share_links (user_id);
create index share_links_phone_number_idx on share_links (phone_number_id);
create index share_links_expires_at_idx on share_links (expires_at);

-- A span lasts exactly while its number is connected, and a link ends when its number connects. Many statements change
-- a number's status, so it is kept here rather than in each of them.
create function follow_connection() returns trigger language plpgsql as $$
begin
  if new.status = 'connected' and new.deleted_at is null then
    insert into connection_spans (phone_number_id, began_at) values (new.id, app_now()) on conflict do nothing;
    update share_links set used_at = app_now()
    where phone_number_id = new.id and used_at is null and revoked_at is null and expires_at > app_now();
  else
    -- Another transaction may have begun the span after this one began.
    update connection_spans set ended_at = greatest(began_at, app_now())
    where phone_number_id = new.id and ended_at is null;
  end if;
  return null;
end $$;

create trigger phone_numbers_follow_connection
  after update of status, deleted_at on phone_numbers for each row
  when ((old.status = 'connected' and old.deleted_at is null)
    is distinct from (new.status = 'connected' and new.deleted_at is null))
  execute function follow_connection();
