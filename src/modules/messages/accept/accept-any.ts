import type { PoolClient } from 'pg';
import { dropKeys, keyLifeHours } from './idempotency-keys-repository.ts';
import { type Accepted, leaseSeconds, type NewMessage, plainValues } from './new-message.ts';

/** Whether a message leaves with its request and nothing has to be written but its row and its unit. */
export function isPlain(message: NewMessage): boolean {
  return (
    message.timing.kind === 'now' &&
    message.key === undefined &&
    message.retryOf === undefined &&
    message.blobId === undefined &&
    message.byPool !== true
  );
}

/**
 * The same as for plain messages, and: a key is claimed before its message may take a unit, so that whoever repeats a
 * request costs nobody else's; a scheduled message takes no unit yet; one that waits gives its number a turn.
 * Locks come in the order usage, keys, messages, turns: each step reads what the step before it wrote.
 */
const acceptAnySql = `
  with given as (
    select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::int[], $10::text[], $11::boolean[], $12::timestamptz[], $13::int[], $14::int[], $15::uuid[], $16::uuid[],
      $17::text[], $18::text[], $19::bytea[], $20::boolean[], $21::uuid[])
      with ordinality as t (id, user_id, phone_number_id, backend_id, kind, recipient, content, request_id,
        daily_max, fingerprint, is_queued, send_at, expires_in, priority, retry_of, blob_id,
        route, key, key_fingerprint, by_pool, takes_over, ord)
  ), batch as (
    select given.*, coalesce(is_queued and send_at > app_now(), false) as is_scheduled,
      case when is_queued then coalesce(send_at, app_now()) end as due_at
    from given
  ), locked as (
    select user_id, used, told from usage
    where user_id in (select user_id from batch) and day = app_today() order by user_id for update
  ), claimed as (
    insert into idempotency_keys as k (user_id, route, key, fingerprint, message_id, created_at)
    select distinct on (user_id, route, key) user_id, route, key, key_fingerprint, id, app_now() from batch
    where key is not null and (select count(*) from locked) >= 0
    order by user_id, route, key, ord
    on conflict (user_id, route, key) do update set fingerprint = excluded.fingerprint,
      message_id = excluded.message_id, campaign_id = null, created_at = excluded.created_at
      where k.created_at <= app_now() - interval '${keyLifeHours} hours'
        or k.message_id in (select takes_over from batch)
    returning message_id
  ), free as (
    select batch.*, row_number() over (partition by user_id, is_scheduled order by ord) as rank
    from batch where key is null or id in (select message_id from claimed)
  ), wanted as (
    select user_id, count(*)::int as n, max(daily_max) as daily_max from free where not is_scheduled group by user_id
  ), granted as (
    insert into usage as u (user_id, day, used, granted)
    select user_id, app_today(), least(n, daily_max), least(n, daily_max) from wanted order by user_id
    on conflict (user_id, day) do update set
      used = u.used + least(excluded.granted,
        greatest((select w.daily_max from wanted w where w.user_id = u.user_id) - u.used, 0)),
      granted = least(excluded.granted,
        greatest((select w.daily_max from wanted w where w.user_id = u.user_id) - u.used, 0))
    returning user_id, day, used, granted, told
  ), inserted as (
    insert into messages (id, user_id, phone_number_id, backend_id, direction, kind, remote_jid, status, content,
      request_id, quota_day, lease_until, called_at, fingerprint, priority, due_at, expires_at, retry_of, media_blob_id, by_pool)
    select f.id, f.user_id, f.phone_number_id, f.backend_id, 'outbound', f.kind, f.recipient,
      case when f.is_scheduled then 'scheduled' when f.is_queued then 'accepted' else 'sending' end,
      f.content::json, f.request_id, case when not f.is_scheduled then g.day end,
      case when not f.is_queued then app_now() + interval '${leaseSeconds} seconds' end,
      case when not f.is_queued then app_now() end, f.fingerprint, f.priority, f.due_at,
      f.due_at + make_interval(secs => f.expires_in), f.retry_of, f.blob_id, f.by_pool
    from free f left join granted g on g.user_id = f.user_id
    where f.is_scheduled or f.rank <= g.granted
    order by f.ord
    returning id, phone_number_id, due_at
  ), turns as (
    insert into send_turns as t (phone_number_id, due_at)
    select phone_number_id, min(due_at) from inserted
    where due_at is not null group by phone_number_id order by phone_number_id
    on conflict (phone_number_id) do update set due_at = excluded.due_at where t.due_at > excluded.due_at
  )
  select case when i.id is not null then null when f.id is null then 'key' else 'quota' end as refusal,
    coalesce(g.used, l.used, 0) as used, coalesce(g.told, l.told, 0)::int as told,
    greatest(1, ceil(extract(epoch from (app_today() + 1)::timestamp at time zone 'UTC' - app_now())))::int
      as "renewsInSeconds"
  from batch b
  left join free f on f.id = b.id
  left join inserted i on i.id = b.id
  left join granted g on g.user_id = b.user_id
  left join locked l on l.user_id = b.user_id
  order by b.ord`;

/** Accepts messages of every sort together. */
export async function acceptAny(client: PoolClient, messages: readonly NewMessage[]): Promise<Accepted[]> {
  if (messages.every(({ key }) => key === undefined)) return accept(client, messages);
  await client.query('begin');
  try {
    const accepted = await accept(client, messages);
    // A request that was refused may come again under the same key.
    await dropKeys(
      client,
      messages.filter((_message, index) => accepted[index]?.refusal === 'quota'),
    );
    await client.query('commit');
    return accepted;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function accept(client: PoolClient, messages: readonly NewMessage[]): Promise<Accepted[]> {
  const queued = messages.map(({ timing }) => (timing.kind === 'queued' ? timing : undefined));
  const { rows } = await client.query<Accepted>({
    name: 'accept any',
    text: acceptAnySql,
    values: [
      ...plainValues(messages),
      queued.map((timing) => timing !== undefined),
      queued.map((timing) => timing?.sendAt?.toISOString() ?? null),
      queued.map((timing) => timing?.expiresInSeconds ?? null),
      queued.map((timing) => timing?.priority ?? 0),
      messages.map((message) => message.retryOf ?? null),
      messages.map((message) => message.blobId ?? null),
      messages.map((message) => message.key?.route ?? null),
      messages.map((message) => message.key?.key ?? null),
      messages.map((message) => message.key?.fingerprint ?? null),
      messages.map((message) => message.byPool === true),
      messages.map((message) => message.takesOver ?? null),
    ],
  });
  return rows;
}
