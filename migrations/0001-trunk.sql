-- Time and days -------------------------------------------------------------------------------------------------

-- now(), which tests may shift for their own session; every quota day and lease is reckoned with it.
create function app_now() returns timestamptz language sql stable as $$
  select now() + coalesce(nullif(current_setting('app.clock_offset', true), ''), '0')::interval
$$;

create function app_today() returns date language sql stable as $$
  select (app_now() at time zone 'UTC')::date
$$;

-- This installation ---------------------------------------------------------------------------------------------

-- Its id is part of every name we give on a backend, so that two installations never touch each other's.
create table installation (
  only_row boolean primary key default true check (only_row),
  id text not null check (id ~ '^[a-z2-7]{8}$'),
  encryption_key_id text,
  created_at timestamptz not null default now()
);

insert into installation (id)
select string_agg(substr('abcdefghijklmnopqrstuvwxyz234567', 1 + (get_byte(seed, n) & 31), 1), '')
from decode(replace(gen_random_uuid()::text, '-', ''), 'hex') as seed,
     unnest(array[0, 1, 2, 3, 4, 5, 10, 11]) as n;

create table leases (
  name text primary key,
  holder text not null,
  epoch bigint not null,
  until timestamptz not null,
  connection_pid integer,
  connection_started_at timestamptz
);

-- Plans and users -----------------------------------------------------------------------------------------------

create table plans (
  plan_type text primary key,
  max_phone_numbers integer not null check (max_phone_numbers >= 0),
  max_messages_per_day integer not null check (max_messages_per_day >= 0),
  requests_per_minute integer not null check (requests_per_minute > 0),
  price text not null,
  updated_at timestamptz not null default now()
);

insert into plans (plan_type, max_phone_numbers, max_messages_per_day, requests_per_minute, price) values
  ('starter', 3, 1000, 300, 'free'),
  ('business', 10, 5000, 1500, 'paid'),
  ('enterprise', 50, 50000, 6000, 'paid');

-- max_phone_numbers, max_messages_per_day and requests_per_minute are what counts now; the own_… columns hold an
-- operator's figure for this one user, null where the plan decides.
create table users (
  id bigint generated always as identity primary key,
  email text not null,
  password_hash text not null,
  full_name text,
  company_name text,
  api_key text not null,
  plan_type text not null references plans,
  max_phone_numbers integer not null,
  max_messages_per_day integer not null,
  requests_per_minute integer not null,
  own_max_phone_numbers integer check (own_max_phone_numbers >= 0),
  own_max_messages_per_day integer check (own_max_messages_per_day >= 0),
  own_requests_per_minute integer check (own_requests_per_minute > 0),
  role text not null default 'user' check (role in ('user', 'operator')),
  status text not null default 'active' check (status in ('active', 'suspended')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index users_email_key on users (lower(email));
create index users_plan_type_idx on users (plan_type);

create function apply_plan_limits() returns trigger language plpgsql as $$
begin
  select coalesce(new.own_max_phone_numbers, plans.max_phone_numbers),
         coalesce(new.own_max_messages_per_day, plans.max_messages_per_day),
         coalesce(new.own_requests_per_minute, plans.requests_per_minute)
    into new.max_phone_numbers, new.max_messages_per_day, new.requests_per_minute
    from plans where plans.plan_type = new.plan_type;
  return new;
end $$;

create trigger users_apply_plan_limits
  before insert or update of plan_type, own_max_phone_numbers, own_max_messages_per_day, own_requests_per_minute,
    max_phone_numbers, max_messages_per_day, requests_per_minute
  on users for each row execute function apply_plan_limits();

create function spread_plan_limits() returns trigger language plpgsql as $$
begin
  update users set plan_type = plan_type where plan_type = new.plan_type;
  return null;
end $$;

create trigger plans_spread_limits
  after update on plans for each row
  when ((old.max_phone_numbers, old.max_messages_per_day, old.requests_per_minute)
    is distinct from (new.max_phone_numbers, new.max_messages_per_day, new.requests_per_minute))
  execute function spread_plan_limits();

-- One live key (expires_at null) per user; rotation gives the former one an end.
create table user_keys (
  id bigint generated always as identity primary key,
  user_id bigint not null references users on delete cascade,
  key_hash bytea not null unique,
  hint text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz
);
create unique index user_keys_live_key on user_keys (user_id) where expires_at is null;

create table login_sessions (
  id uuid primary key,
  user_id bigint not null references users on delete cascade,
  refresh_token_hash bytea not null unique,
  previous_token_hash bytea unique,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  refreshed_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index login_sessions_user_id_idx on login_sessions (user_id);
create index login_sessions_expires_at_idx on login_sessions (expires_at);

-- One row per user and day: `used` units of the day's messages; `granted` is what the last statement got.
create table usage (
  user_id bigint not null,
  day date not null,
  used integer not null check (used >= 0),
  granted integer not null default 0,
  primary key (user_id, day)
) with (fillfactor = 50);
-- Only retention looks by day.
create index usage_day_idx on usage (day);

-- The pool ------------------------------------------------------------------------------------------------------

create table backends (
  id bigint generated always as identity primary key,
  url text not null unique,
  api_key_sealed text not null,
  capacity integer not null check (capacity > 0),
  assigned integer not null default 0 check (assigned >= 0),
  reserved integer not null default 0 check (reserved >= 0),
  state text not null default 'joining' check (state in
    ('joining', 'active', 'degraded', 'draining', 'cordoned', 'down', 'license_required', 'unsupported')),
  state_reason text,
  is_sandbox boolean not null default false,
  version text,
  latency_ms real,
  failures integer not null default 0,
  probed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
) with (fillfactor = 80);

-- A place kept free on a backend while a number is being created there.
create table reservations (
  id uuid primary key,
  backend_id bigint not null references backends on delete cascade,
  created_at timestamptz not null default now()
);
create index reservations_backend_id_idx on reservations (backend_id);

create table phone_numbers (
  id bigint generated always as identity primary key,
  user_id bigint not null references users on delete cascade,
  instance_name text not null unique,
  token text not null,
  phone_number text,
  display_name text,
  alias text,
  status text not null default 'initializing' check (status in
    ('initializing', 'qr_ready', 'connected', 'disconnected', 'error')),
  status_reason text,
  server_instance text,
  integration text not null default 'WHATSAPP-BAILEYS',
  backend_id bigint references backends,
  backend_name text unique,
  reservation_id uuid unique,
  profile_name text,
  own_jid text,
  qr_code text,
  qr_expires_at timestamptz,
  pairing_code text,
  webhook_url text,
  -- When the backend says the last applied connection fact happened; its clock, so only fit to order its own facts.
  connection_at timestamptz,
  connected_at timestamptz,
  -- When the backend last called us about this number.
  heard_at timestamptz,
  create_lease_until timestamptz,
  -- Milliseconds, so that a page's cursor survives the way through JavaScript.
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  removed_from_backend_at timestamptz
) with (fillfactor = 80);
create index phone_numbers_user_id_idx on phone_numbers (user_id, created_at, id) where deleted_at is null;
-- Statistics of a user include deleted numbers.
create index phone_numbers_every_user_id_idx on phone_numbers (user_id);
create unique index phone_numbers_alias_key on phone_numbers (user_id, alias) where deleted_at is null;
create index phone_numbers_backend_id_idx on phone_numbers (backend_id) where deleted_at is null;
create index phone_numbers_reserved_idx on phone_numbers (create_lease_until) where reservation_id is not null;
create index phone_numbers_to_remove_idx on phone_numbers (deleted_at)
  where deleted_at is not null and removed_from_backend_at is null;
create index phone_numbers_waiting_idx on phone_numbers (updated_at)
  where status = 'initializing' and status_reason is null and deleted_at is null;
create index phone_numbers_qr_idx on phone_numbers (qr_expires_at) where qr_code is not null;

create table number_tokens (
  id bigint generated always as identity primary key,
  phone_number_id bigint not null references phone_numbers on delete cascade,
  token_hash bytea not null unique,
  hint text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz
);
create unique index number_tokens_live_key on number_tokens (phone_number_id) where expires_at is null;
create index number_tokens_expires_at_idx on number_tokens (expires_at) where expires_at is not null;

-- What a backend must show to speak for a number: the last part of our callback URL and its bearer secret.
create table inbound_secrets (
  id text primary key,
  phone_number_id bigint not null references phone_numbers on delete cascade,
  backend_name text not null,
  secret_hash bytea not null,
  secret_sealed text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz
);
create index inbound_secrets_phone_number_id_idx on inbound_secrets (phone_number_id);
create index inbound_secrets_expires_at_idx on inbound_secrets (expires_at) where expires_at is not null;

-- Messages ------------------------------------------------------------------------------------------------------

create table messages (
  id uuid primary key,
  user_id bigint not null,
  phone_number_id bigint not null,
  direction text not null check (direction in ('outbound', 'inbound')),
  kind text not null,
  remote_jid text not null,
  status text not null check (status in ('scheduled', 'accepted', 'sending', 'sent', 'delivered', 'read', 'played',
    'failed', 'expired', 'cancelled', 'unknown', 'received')),
  status_reason text,
  content json not null,
  whatsapp_id text,
  request_id text,
  quota_day date,
  backend_id bigint,
  lease_until timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  updated_at timestamptz not null default now()
) with (fillfactor = 80);
create index messages_user_id_idx on messages (user_id, created_at, id);
create index messages_conversation_idx on messages (phone_number_id, remote_jid, created_at);
create index messages_sending_idx on messages (lease_until) where status = 'sending';

-- Where the answer, the echo, the acknowledgement and the inbound copy of one WhatsApp message meet.
create table wire_messages (
  phone_number_id bigint not null,
  wa_id text not null,
  message_id uuid,
  remote_jid text,
  from_me boolean,
  status text,
  echoed_at timestamptz,
  first_seen_at timestamptz not null default now(),
  primary key (phone_number_id, wa_id)
) with (fillfactor = 80);
-- Only retention looks by time.
create index wire_messages_first_seen_at_idx on wire_messages using brin (first_seen_at);

-- Addresses that a number was told of in received messages. They may be written to for as long as the number lives,
-- also when the messages are long gone.
create table met_addresses (
  phone_number_id bigint not null,
  jid text not null,
  primary key (phone_number_id, jid)
);

create table message_stats (
  phone_number_id bigint not null,
  date date not null,
  messages_sent integer not null default 0,
  messages_received integer not null default 0,
  media_sent integer not null default 0,
  media_received integer not null default 0,
  messages_failed integer not null default 0,
  primary key (phone_number_id, date)
) with (fillfactor = 80);
create index message_stats_date_idx on message_stats (date);

-- Events and webhooks -------------------------------------------------------------------------------------------

create table event_cursors (
  user_id bigint primary key,
  sequence bigint not null
) with (fillfactor = 50);

create table events (
  id uuid primary key,
  user_id bigint not null,
  sequence bigint not null,
  type text not null,
  phone_number_id bigint,
  message_id uuid,
  payload json not null,
  created_at timestamptz not null default now(),
  unique (user_id, sequence)
);
create index events_created_at_idx on events using brin (created_at);

create table endpoints (
  id bigint generated always as identity primary key,
  user_id bigint not null references users on delete cascade,
  phone_number_id bigint references phone_numbers on delete cascade,
  url text not null,
  format text not null default 'evofleet',
  events text[],
  -- The one that the phone number's webhook_url stands for.
  is_default boolean not null default false,
  enabled boolean not null default true,
  secret_sealed text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index endpoints_user_id_idx on endpoints (user_id);
create index endpoints_phone_number_id_idx on endpoints (phone_number_id);
create unique index endpoints_default_key on endpoints (phone_number_id) where is_default;

-- Logs, a partition a day ---------------------------------------------------------------------------------------

create table webhook_logs (
  id uuid not null,
  phone_number_id bigint,
  event_type text not null,
  payload text,
  status_code integer,
  sent_at timestamptz not null default now(),
  response_time_ms integer,
  user_id bigint,
  endpoint_id bigint,
  attempt integer not null default 1,
  error text,
  primary key (id, sent_at)
) partition by range (sent_at);
create index webhook_logs_sent_at_idx on webhook_logs (sent_at);
create index webhook_logs_phone_number_id_idx on webhook_logs (phone_number_id, sent_at);

create table api_requests (
  id uuid not null,
  user_id bigint,
  endpoint text not null,
  method text not null,
  ip_address text,
  created_at timestamptz not null default now(),
  status_code integer,
  response_time_ms integer,
  request_id text,
  primary key (id, created_at)
) partition by range (created_at);
create index api_requests_user_id_idx on api_requests (user_id, created_at);

create table inbound_calls (
  id uuid not null,
  received_at timestamptz not null default now(),
  secret_id text not null,
  phone_number_id bigint not null,
  event text,
  body bytea not null,
  truncated boolean not null default false,
  state text not null default 'due' check (state in ('due', 'applied', 'duplicate', 'stored', 'orphan', 'failed')),
  note text,
  due_at timestamptz not null default now(),
  lease_until timestamptz,
  attempt integer not null default 0,
  primary key (id, received_at)
) partition by range (received_at);
-- The inbound lane takes the phone numbers in turn.
create index inbound_calls_due_idx on inbound_calls (phone_number_id, id) where state = 'due';
create index inbound_calls_leased_idx on inbound_calls (phone_number_id)
  where state = 'due' and lease_until is not null;
create index inbound_calls_phone_number_id_idx on inbound_calls (phone_number_id, received_at);

-- Makes the partitions of the days from `first_day` on; answers how many were missing.
create function make_day_partitions(first_day date, days integer) returns integer language plpgsql as $$
declare
  parent text;
  day date;
  made integer := 0;
begin
  foreach parent in array array['webhook_logs', 'api_requests', 'inbound_calls'] loop
    for day in select first_day + n from generate_series(0, days - 1) as n loop
      if to_regclass(format('%I', parent || '_' || to_char(day, 'YYYYMMDD'))) is null then
        -- Rows of that day which are in the default partition already stay there, and so do the day's others.
        begin
          execute format('create table %I partition of %I for values from (%L) to (%L)',
            parent || '_' || to_char(day, 'YYYYMMDD'), parent,
            day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
        exception when check_violation or duplicate_table then
          continue;
        end;
        made := made + 1;
      end if;
    end loop;
  end loop;
  return made;
end $$;

-- A row whose day has no partition (a clock far off) is kept all the same.
create table webhook_logs_default partition of webhook_logs default;
create table api_requests_default partition of api_requests default;
create table inbound_calls_default partition of inbound_calls default;

select make_day_partitions(app_today() - 1, 4);
