-- Backends that we start ourselves ----------------------------------------------------------------------------------

create table provisioned_backends (
  id uuid primary key,
  -- Null until it joined the pool.
  backend_id bigint references backends,
  driver text not null,
  -- What the engine knows it by: its container, its host name and its volume.
  name text not null unique,
  -- Where we reach it.
  url text not null,
  image text not null,
  -- What the engine calls the container; another after each replacement, null while there is to be one.
  engine_id text,
  port integer not null,
  capacity integer not null,
  database_name text,
  database_password_sealed text,
  -- The user whose numbers alone it takes. No reference: the row outlives the user.
  dedicated_to bigint,
  api_key_sealed text not null,
  -- removing: out of the pool, its container is to go · removed: its data may still be there · failed: it never served.
  state text not null default 'starting' check (state in ('starting', 'running', 'draining', 'removing', 'removed', 'failed')),
  state_reason text,
  -- Replacements in a row that did not last, and before when there is no further one.
  attempts smallint not null default 0,
  next_attempt_at timestamptz not null default app_now(),
  replacements integer not null default 0,
  -- The last figures: share of one processor, bytes.
  cpu real,
  memory_bytes bigint,
  memory_limit_bytes bigint,
  seen_at timestamptz,
  created_at timestamptz not null default app_now(),
  -- When `state` became what it is.
  changed_at timestamptz not null default app_now(),
  started_at timestamptz,
  joined_at timestamptz,
  -- Since when it holds no number.
  empty_since timestamptz,
  -- When its container was gone and its port free; and when its volume and database were gone.
  removed_at timestamptz,
  data_removed_at timestamptz
) with (fillfactor = 70);
create unique index provisioned_backends_port_key on provisioned_backends (port) where removed_at is null;
create unique index provisioned_backends_backend_key on provisioned_backends (backend_id) where removed_at is null;
create index provisioned_backends_open_idx on provisioned_backends (created_at, id) where data_removed_at is null;
