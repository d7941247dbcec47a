-- Ranges of users' events that are still to become deliveries: one row per user and append, made in the statement
-- that appends, taken away in the transaction that makes the deliveries.
create table event_arrivals (
  id bigint generated always as identity primary key,
  user_id bigint not null,
  first_sequence bigint not null,
  last_sequence bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_insert_threshold = -1);

alter table endpoints
  add column schedule text not null default 'standard' check (schedule in ('standard', 'short')),
  -- The one that the installation's settings stand for.
  add column from_settings boolean not null default false,
  -- Signs beside the new one for a while after a rotation.
  add column previous_secret_sealed text,
  add column previous_secret_until timestamptz,
  -- Null where it is enabled.
  add column disabled_reason text check (disabled_reason in ('by_user', 'gone', 'only_failures')),
  add column disabled_at timestamptz,
  -- The first failure since the last success.
  add column failing_since timestamptz,
  add constraint endpoints_format_check check (format in ('evofleet', 'evolution', 'connect')),
  -- Milliseconds, so that a page's cursor survives the way through JavaScript.
  alter column created_at set default date_trunc('milliseconds', now());
update endpoints set created_at = date_trunc('milliseconds', created_at);
create unique index endpoints_from_settings_key on endpoints (from_settings) where from_settings;

-- One event on its way to one endpoint.
create table deliveries (
  id uuid primary key,
  user_id bigint not null,
  endpoint_id bigint not null,
  event_id uuid not null,
  event_type text not null,
  phone_number_id bigint,
  status text not null default 'pending' check (status in ('pending', 'delivered', 'dead')),
  status_reason text,
  -- How often it was claimed; proves later that a claim still stands, and numbers the attempts.
  attempt integer not null default 0,
  -- Failures since the schedule began.
  step integer not null default 0,
  due_at timestamptz not null default now(),
  lease_until timestamptz,
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  ended_at timestamptz
) with (fillfactor = 80);
-- The lane takes the users in turn, and each one's endpoints.
create index deliveries_due_idx on deliveries (user_id, endpoint_id, due_at, id) where status = 'pending';
create index deliveries_leased_idx on deliveries (lease_until) where lease_until is not null;
create unique index deliveries_endpoint_id_event_id_key on deliveries (endpoint_id, event_id);
create index deliveries_user_id_idx on deliveries (user_id, created_at, id);
create index deliveries_dead_idx on deliveries (user_id, created_at, id) where status = 'dead';

alter table webhook_logs add column delivery_id uuid;
create index webhook_logs_delivery_id_idx on webhook_logs (delivery_id, sent_at);
