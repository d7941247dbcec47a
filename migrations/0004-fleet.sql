-- The pool, run by operators ---------------------------------------------------------------------------------------

alter table backends
  -- `key=value` each; a plan or a user may require some.
  add column labels text[] not null default '{}',
  add column isolation text not null default 'shared' check (isolation in ('shared', 'dedicated')),
  -- The user whose numbers alone a dedicated backend takes; null until the first is placed there.
  add column dedicated_to bigint references users on delete set null,
  -- What an operator chose; `state` shows it unless something worse is the case.
  add column hold text check (hold in ('cordoned', 'draining')),
  -- Good probes in a row, counted up to 2.
  add column good_probes smallint not null default 0,
  -- When it came back from being down: its share of new numbers grows from then on.
  add column slow_start_at timestamptz,
  -- Until then its numbers are refused: sends in a row did not reach it or had no answer.
  add column tripped_until timestamptz,
  -- Who gave the key: the settings renew only one that is theirs.
  add column key_from text not null default 'settings' check (key_from in ('settings', 'operator')),
  -- The row stays: numbers and messages of the past name it.
  add column removed_at timestamptz;
update backends set hold = state where state in ('cordoned', 'draining');

alter table plans
  add column placement_labels text[] not null default '{}',
  add column isolation text not null default 'shared' check (isolation in ('shared', 'dedicated'));

-- Null where the plan decides.
alter table users
  add column own_placement_labels text[],
  add column own_isolation text check (own_isolation in ('shared', 'dedicated')),
  -- Since when all that is of this user is being deleted.
  add column erasing_since timestamptz;
create index users_erasing_idx on users (erasing_since) where erasing_since is not null;

-- A number on its way to another backend. It lives on the old one until its row in phone_numbers says otherwise.
create table number_moves (
  phone_number_id bigint primary key references phone_numbers on delete cascade,
  reservation_id uuid not null unique,
  from_backend_id bigint not null references backends,
  from_backend_name text not null,
  to_backend_id bigint not null references backends,
  to_backend_name text not null unique,
  inbound_secret_id text not null,
  -- preparing: the old one is untouched · leaving: it is being logged out and deleted there · undoing: the new one is.
  stage text not null default 'preparing' check (stage in ('preparing', 'leaving', 'undoing')),
  -- Whoever holds it works on it; then another process may.
  lease_until timestamptz not null,
  created_at timestamptz not null default now()
) with (fillfactor = 50);

-- One row per deed of an operator, kept for good.
create table audit_log (
  id uuid primary key,
  operator_id bigint not null,
  action text not null,
  target_type text not null,
  target_id text,
  before json,
  after json,
  -- `begun` until it is known; then `done` or the code of the error.
  outcome text not null default 'begun',
  request_id text,
  ip_address text,
  created_at timestamptz not null default date_trunc('milliseconds', now())
);
create index audit_log_created_at_idx on audit_log (created_at, id);
create index audit_log_target_idx on audit_log (target_type, target_id, created_at, id);

-- What operators search by ------------------------------------------------------------------------------------------

create index phone_numbers_phone_number_idx on phone_numbers (phone_number text_pattern_ops) where phone_number is not null;
