-- Drift, its repair, and what concerns a whole backend --------------------------------------------------------------

-- One thing that is not as it should be, from its first sighting to its end.
create table findings (
  id uuid primary key,
  backend_id bigint not null references backends,
  -- Null: about an instance that is nobody's, or about the backend.
  phone_number_id bigint,
  backend_name text,
  kind text not null,
  detail json,
  incident_id uuid,
  sightings integer not null default 1,
  -- The rung of the ladder that is next, and not before when.
  step smallint not null default 0,
  next_step_at timestamptz not null default app_now(),
  -- Lists page by it, and their cursors know milliseconds.
  found_at timestamptz not null default date_trunc('milliseconds', app_now()),
  last_seen_at timestamptz not null default app_now(),
  ended_at timestamptz,
  -- mended: by us, proved · gone: by itself · given_up: the ladder ended · left: it is not ours to mend.
  outcome text check (outcome in ('mended', 'gone', 'given_up', 'left'))
) with (fillfactor = 70);
create unique index findings_open_key on findings (backend_id, kind, coalesce(backend_name, '')) where ended_at is null;
create index findings_found_at_idx on findings (found_at, id);
create index findings_phone_number_idx on findings (phone_number_id, found_at);
create index findings_ended_at_idx on findings (ended_at) where ended_at is not null;

-- One rung of the ladder that was taken for a finding.
create table repairs (
  id uuid primary key,
  finding_id uuid not null references findings on delete cascade,
  backend_id bigint not null,
  phone_number_id bigint,
  step text not null,
  -- proved: it is as it should be now · unproved: done, and nothing changed · failed: it could not be done.
  outcome text not null check (outcome in ('proved', 'unproved', 'failed')),
  detail text,
  began_at timestamptz not null,
  ended_at timestamptz not null default date_trunc('milliseconds', app_now())
);
create index repairs_finding_idx on repairs (finding_id);
create index repairs_ended_at_idx on repairs (ended_at, id);

-- What befell a whole backend: one row, however many numbers.
create table incidents (
  id uuid primary key,
  kind text not null,
  backend_id bigint references backends,
  numbers integer not null default 0,
  detail json,
  began_at timestamptz not null default date_trunc('milliseconds', app_now()),
  last_seen_at timestamptz not null default app_now(),
  -- An operator ordered that what it had stopped goes on.
  resumed_at timestamptz,
  ended_at timestamptz,
  -- Why it is over.
  outcome text
) with (fillfactor = 70);
create unique index incidents_open_key on incidents (kind, coalesce(backend_id, 0)) where ended_at is null;
create index incidents_began_at_idx on incidents (began_at, id);
create index incidents_ended_at_idx on incidents (ended_at) where ended_at is not null;

-- What the passes over a backend remember from one to the next.
create table reconciles (
  backend_id bigint primary key references backends on delete cascade,
  -- The lease's epoch of the last pass that wrote here.
  epoch bigint not null default 0,
  due_at timestamptz not null default app_now(),
  -- Where the spread-out questions go on, what each costs there, and which of them it does not know.
  remembered json not null default '{}',
  -- The last list of all its instances: when, how many, and how many of them have names that are not ours.
  listed_at timestamptz,
  listed integer,
  foreign_instances integer,
  numbers integer not null default 0,
  questions bigint not null default 0,
  busy_ms bigint not null default 0,
  began_at timestamptz,
  ended_at timestamptz
) with (fillfactor = 50);

-- While it is set nothing is removed from a backend or re-created there. One row.
create table fleet_hold (
  is_the_one boolean primary key default true check (is_the_one),
  reason text not null,
  -- The operator who set it; null where it set itself.
  set_by bigint,
  since timestamptz not null default app_now()
);

-- Whose name an instance bears is asked of every list.
create index inbound_secrets_backend_name_idx on inbound_secrets (backend_name);

-- Alerts are mailed as well: one mail for all of a topic that come within a while.
create index events_alerts_to_mail_idx on events (created_at) where type = 'fleet.alert';
alter table mails add column topic text;
create index mails_topic_idx on mails (topic, created_at) where topic is not null;

-- How a number is to behave on its backend: what its user chose last. Null: as it was created.
alter table phone_numbers add column settings json;

-- Where backends reach a process that takes their calls, as long as it says so: another process, or a later one with
-- other settings, may have another address.
create table callback_urls (
  url text primary key,
  seen_at timestamptz not null default app_now()
) with (fillfactor = 50);
