import type { Pool, PoolClient } from 'pg';
import { Batch, type BatchObserver } from '../../../platform/database/batch.ts';
import { acceptAny, isPlain } from './accept-any.ts';
import { type Accepted, leaseSeconds, type NewMessage, plainValues } from './new-message.ts';

export { type Accepted, leaseSeconds, type NewMessage } from './new-message.ts';

/**
 * One statement grants the day's units and inserts the messages that got one: per user the oldest first, so a batch
 * that reaches the limit in its middle accepts exactly what is left. Concurrent statements meet at the usage row.
 */
const acceptPlainSql = `
  with batch as (
    select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[], $10::text[])
      with ordinality as t (id, user_id, phone_number_id, backend_id, kind, recipient, content, request_id, daily_max, fingerprint, ord)
  ), wanted as (
    select user_id, count(*)::int as n, max(daily_max) as daily_max from batch group by user_id
  ), granted as (
    insert into usage as u (user_id, day, used, granted)
    select user_id, app_today(), least(n, daily_max), least(n, daily_max) from wanted order by user_id
    on conflict (user_id, day) do update set
      used = u.used + least(excluded.granted,
        greatest((select w.daily_max from wanted w where w.user_id = u.user_id) - u.used, 0)),
      granted = least(excluded.granted,
        greatest((select w.daily_max from wanted w where w.user_id = u.user_id) - u.used, 0))
    returning user_id, day, used, granted, told
  ), ranked as (
    select batch.*, row_number() over (partition by user_id order by ord) as rank from batch
  ), inserted as (
    insert into messages (id, user_id, phone_number_id, backend_id, direction, kind, remote_jid, status, content,
      request_id, quota_day, lease_until, called_at, fingerprint)
    select r.id, r.user_id, r.phone_number_id, r.backend_id, 'outbound', r.kind, r.recipient, 'sending',
      r.content::json, r.request_id, g.day, app_now() + interval '${leaseSeconds} seconds', app_now(), r.fingerprint
    from ranked r join granted g on g.user_id = r.user_id
    where r.rank <= g.granted
    returning id
  )
  select case when i.id is null then 'quota' end as refusal, g.used, g.told,
    greatest(1, ceil(extract(epoch from (g.day + 1)::timestamp at time zone 'UTC' - app_now())))::int as "renewsInSeconds"
  from ranked r join granted g on g.user_id = r.user_id left join inserted i on i.id = r.id
  order by r.ord`;

export type AcceptBatch = Batch<NewMessage, Accepted>;

export function createAcceptBatch(deps: {
  pool: Pool;
  onUncertain(messages: readonly NewMessage[]): void;
  /** Told of the units that each user has used after a batch. */
  noteUsage(usage: { userId: number; dailyMax: number; used: number; told: number }): void;
  observer?: BatchObserver | undefined;
}): AcceptBatch {
  return new Batch<NewMessage, Accepted>({
    name: 'accept',
    pool: deps.pool,
    // Two batches of the same users would wait for each other's rows, and be half as large.
    inFlightMax: 1,
    ownerOf: (message) => message.userId,
    bytesOf: (message) => message.content.length,
    onUncertain: deps.onUncertain,
    observer: deps.observer,
    async write(client, messages) {
      const accepted = messages.every(isPlain)
        ? await acceptPlain(client, messages)
        : await acceptAny(client, messages);
      accepted.forEach(({ used, told }, index) => {
        const { userId, dailyMax } = messages[index] as NewMessage;
        deps.noteUsage({ userId, dailyMax, used, told });
      });
      return accepted;
    },
  });
}

async function acceptPlain(client: PoolClient, messages: readonly NewMessage[]): Promise<Accepted[]> {
  const { rows } = await client.query<Accepted>({
    name: 'accept',
    text: acceptPlainSql,
    values: plainValues(messages),
  });
  return rows;
}
