-- Phone numbers that send in turn -----------------------------------------------------------------------------------

create table number_pools (
  id bigint generated always as identity primary key,
  user_id bigint not null references users on delete cascade,
  name text not null,
  strategy text not null default 'round_robin' check (strategy in ('round_robin', 'sticky', 'least_used')),
  created_at timestamptz not null default date_trunc('milliseconds', now()),
  unique (user_id, name)
);

create table number_pool_members (
  pool_id bigint not null references number_pools on delete cascade,
  phone_number_id bigint not null references phone_numbers on delete cascade,
  position integer not null,
  primary key (pool_id, phone_number_id)
);
create index number_pool_members_phone_number_idx on number_pool_members (phone_number_id);

-- Which phone number a recipient of a sticky pool was last written to from.
create table number_pool_recipients (
  pool_id bigint not null references number_pools on delete cascade,
  recipient text not null,
  phone_number_id bigint not null,
  used_at timestamptz not null default app_now(),
  primary key (pool_id, recipient)
) with (fillfactor = 80);
create index number_pool_recipients_used_at_idx on number_pool_recipients (used_at);

-- Whether another phone number of a pool may have taken over where this message failed.
alter table messages add column by_pool boolean not null default false;
