import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { Batch } from '../../../platform/database/batch.ts';
import type { DB } from '../../../schema.ts';
import { leaseSeconds } from '../accept/accept.ts';

/** A waiting message that is about to be called, by whoever holds its number's turn. */
export type Take = {
  messageId: string;
  userId: number;
  /** Of the turn. */
  claim: number;
  backendId: number;
  /** Whether it has no unit yet. */
  needsUnit: boolean;
  /** Messages the user may have accepted on one day. */
  dailyMax: number;
  /** JSON text; null where it stays as it is. */
  content: string | null;
  fingerprint: string | null;
};

/**
 * `taken`: it is `sending`, and only the holder of this lease may call. `postponed`: no unit is left today, so it waits for
 * the next day. `no_unit`: it expires before. `gone`: it waits no more, or may not leave now, or the turn is over.
 */
export type Taken =
  | { verdict: 'taken'; leaseUntil: Date; usage: { used: number; told: number } | null }
  | { verdict: 'postponed' | 'no_unit' | 'gone' };

export type TakeBatch = Batch<Take, Taken>;

const nextDay = `(app_today() + 1)::timestamp at time zone 'UTC'`;

/**
 * Messages are locked first, so that only units of messages that leave are taken. The `case` keeps Postgres from the
 * index of messages that wait, whose dead entries are many; ids find them.
 */
const takeSql = `
  with asked as (
    select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::int[], $6::text[], $7::text[])
      with ordinality as t (id, user_id, claim, backend_id, daily_max, content, fingerprint, ord)
  ), locked as (
    select m.id, m.user_id, m.quota_day, m.expires_at, a.ord, a.daily_max, a.backend_id, a.content, a.fingerprint
    from messages m join asked a on a.id = m.id
    where case when m.status in ('scheduled', 'accepted') then m.due_at <= app_now() and m.expires_at > app_now() end
      and exists (select from send_turns t
        where t.phone_number_id = m.phone_number_id and t.claim = a.claim and t.lease_until > app_now())
      and (m.campaign_id is null or exists
        (select from campaigns c where c.id = m.campaign_id and c.status = 'running'))
      and exists (select from phone_numbers n where n.id = m.phone_number_id and n.paused_at is null)
    order by m.id for update of m
  ), wanting as (
    select id, user_id, expires_at, row_number() over (partition by user_id order by ord) as rank
    from locked where quota_day is null
  ), granted as (
    update usage u set used = u.used + least(w.n, greatest(w.daily_max - u.used, 0)),
      granted = least(w.n, greatest(w.daily_max - u.used, 0))
    from (
      select user_id, count(*)::int as n, max(daily_max) as daily_max from locked where quota_day is null group by user_id
    ) w
    where u.user_id = w.user_id and u.day = app_today()
    returning u.user_id, u.day, u.used, u.granted, u.told
  ), refused as (
    select w.id, w.expires_at > ${nextDay} as may_wait
    from wanting w left join granted g on g.user_id = w.user_id where w.rank > coalesce(g.granted, 0)
  ), changed as (
    update messages m set
      status = case when r.id is null then 'sending' else m.status end,
      due_at = case when r.id is null then m.due_at else ${nextDay} end,
      lease_until = case when r.id is null
        then date_trunc('milliseconds', app_now()) + interval '${leaseSeconds} seconds' end,
      called_at = case when r.id is null then app_now() end,
      quota_day = coalesce(m.quota_day, case when r.id is null then app_today() end),
      backend_id = l.backend_id,
      content = case when r.id is null then coalesce(l.content::json, m.content) else m.content end,
      fingerprint = case when r.id is null then l.fingerprint end,
      updated_at = now()
    from locked l left join refused r on r.id = l.id
    where m.id = l.id and coalesce(r.may_wait, true)
    returning m.id, m.lease_until
  )
  select case when r.id is not null then case when r.may_wait then 'postponed' else 'no_unit' end
      when c.id is not null then 'taken' else 'gone' end as verdict,
    c.lease_until as "leaseUntil", g.used, g.told
  from asked a
  left join refused r on r.id = a.id
  left join changed c on c.id = a.id
  left join granted g on g.user_id = a.user_id
  order by a.ord`;

export function createTakeBatch(deps: { pool: Pool }): TakeBatch {
  return new Batch<Take, Taken>({
    name: 'take',
    pool: deps.pool,
    inFlightMax: 1,
    ownerOf: ({ userId }) => userId,
    bytesOf: ({ content }) => content?.length ?? 0,
    lineMax: 4_096,
    lineWaitMaxMs: 10_000,
    write: (client, takes) =>
      takes.some(({ needsUnit }) => needsUnit) ? takeWithUnits(client, takes) : take(client, takes),
  });
}

// Usage rows come before messages in the order of locks.
async function takeWithUnits(client: PoolClient, takes: readonly Take[]): Promise<Taken[]> {
  const userIds = takes.filter(({ needsUnit }) => needsUnit).map(({ userId }) => userId);
  await client.query('begin');
  try {
    await client.query({
      name: 'take-lock-usage',
      text: `
        insert into usage as u (user_id, day, used)
        select user_id, app_today(), 0 from (select distinct unnest($1::bigint[]) as user_id) t order by user_id
        on conflict (user_id, day) do update set used = u.used`,
      values: [userIds],
    });
    const taken = await take(client, takes);
    await client.query('commit');
    return taken;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

type Row = { verdict: Taken['verdict']; leaseUntil: Date; used: number | null; told: number | null };

async function take(client: PoolClient, takes: readonly Take[]): Promise<Taken[]> {
  const { rows } = await client.query<Row>({
    name: 'take',
    text: takeSql,
    values: [
      takes.map((each) => each.messageId),
      takes.map((each) => each.userId),
      takes.map((each) => each.claim),
      takes.map((each) => each.backendId),
      takes.map((each) => each.dailyMax),
      takes.map((each) => each.content),
      takes.map((each) => each.fingerprint),
    ],
  });
  return rows.map(({ verdict, leaseUntil, used, told }) =>
    verdict === 'taken'
      ? { verdict, leaseUntil, usage: used === null || told === null ? null : { used, told } }
      : { verdict },
  );
}

/**
 * A message that was certainly not sent waits again, with the unit it has, and its number has a turn. Answers false where
 * its lease is no more.
 */
export function putBack(db: Kysely<DB>, message: { id: string; leaseUntil: Date }): Promise<boolean> {
  return waitAgain(db, message.id, sql`m.lease_until = ${message.leaseUntil}`);
}

/** The same for a message of which nobody heard whether it was taken: it was not called, and only this turn could take it. */
export function putBackOfTurn(
  db: Kysely<DB>,
  message: { id: string; phoneNumberId: number; claim: number },
): Promise<boolean> {
  const { id, phoneNumberId, claim } = message;
  return waitAgain(
    db,
    id,
    sql`exists (select from send_turns t where t.phone_number_id = ${phoneNumberId} and t.claim = ${claim})`,
  );
}

// Its turn may have ended while it was being called: what waits always has one.
async function waitAgain(db: Kysely<DB>, id: string, condition: RawBuilder<unknown>): Promise<boolean> {
  const { rows } = await sql`
    with waiting as (
      update messages m set status = 'accepted', lease_until = null, called_at = null, updated_at = now()
      where m.id = ${id}::uuid and m.status = 'sending' and ${condition}
      returning m.phone_number_id
    )
    insert into send_turns as t (phone_number_id, due_at) select phone_number_id, app_now() from waiting
    on conflict (phone_number_id) do update set due_at = least(t.due_at, excluded.due_at)
    returning 1`.execute(db);
  return rows.length > 0;
}
