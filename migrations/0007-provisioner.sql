-- Backends that we start ourselves ----------------------------------------------------------------------------------

create table provisioned_backends (
  id uuid primary key,
  -- Null until it joined the pool.
  backend_id bigint unique references backends,
  driver text not null,
  name text not null unique,
  -- What the engine calls it; another after each replacement.
  engine_id text,
  port integer not null,
  database_name text,
  -- The user whose numbers alone it takes.
  dedicated_to bigint,
  api_key_sealed text not null,
  state text not null default 'starting' check (state in ('starting', 'running', 'draining', 'removing', 'removed', 'failed')),
  state_reason text,
  replacements integer not null default 0,
  -- The last figures: share of one processor, bytes.
  cpu real,
  memory_bytes bigint,
  memory_limit_bytes bigint,
  seen_at timestamptz,
  created_at timestamptz not null default app_now(),
  changed_at timestamptz not null default app_now(),
  removed_at timestamptz
) with (fillfactor = 70);
create unique index provisioned_backends_port_key on provisioned_backends (port) where removed_at is null;
