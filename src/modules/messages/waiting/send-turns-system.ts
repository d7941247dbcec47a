import { type Kysely, sql } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { Batch } from '../../../platform/database/batch.ts';
import type { DB } from '../../../schema.ts';

/** Why a number's next message cannot leave now, though it may later. */
export type WaitReason = 'connection' | 'backend' | 'user' | 'pause' | 'call' | 'media' | 'overload';

/** A leased turn: until its lease ends, its holder alone takes messages of the number. */
export type Turn = {
  phoneNumberId: number;
  /** Greater with each claim, also where the turn ended in between; proves later that this one still stands. */
  claim: number;
  backendId: number | null;
  /** What the tries before this one failed for, and how many in a row did; 0 and null after one that did not fail. */
  failures: number;
  waitsFor: WaitReason | null;
};

/** Leases turns that are due and free, those that waited longest first; numbers of these backends stay in their line. */
export async function claimTurns(
  db: Kysely<DB>,
  claim: { limit: number; leaseMs: number; busyBackends: readonly number[] },
): Promise<Turn[]> {
  const { rows } = await sql<Turn>`
    with due as materialized (
      select t.phone_number_id, n.backend_id
      from send_turns t left join phone_numbers n on n.id = t.phone_number_id
      where t.due_at <= app_now() and coalesce(t.blocked_until <= app_now(), true)
        and coalesce(t.lease_until <= app_now(), true)
        and (n.backend_id is null or n.backend_id <> all(${claim.busyBackends as number[]}::bigint[]))
      order by t.due_at limit ${claim.limit} for update of t skip locked
    )
    update send_turns t set
      claim = greatest(t.claim + 1, (extract(epoch from clock_timestamp()) * 1000)::bigint),
      lease_until = app_now() + make_interval(secs => ${claim.leaseMs / 1_000})
    from due where t.phone_number_id = due.phone_number_id
    returning t.phone_number_id as "phoneNumberId", t.claim, due.backend_id as "backendId", t.failures,
      t.waits_for as "waitsFor"`.execute(db);
  return rows;
}

/** Milliseconds until the next turn becomes due that nobody holds; undefined where none will. */
export async function nextTurnInMs(db: Kysely<DB>): Promise<number | undefined> {
  const { rows } = await sql<{ ms: number | null }>`
    select extract(epoch from min(greatest(due_at, blocked_until)) - app_now())::float8 * 1000 as ms
    from send_turns
    where greatest(due_at, blocked_until) > app_now() and lease_until is null`.execute(db);
  return rows[0]?.ms ?? undefined;
}

export type Release = Pick<Turn, 'phoneNumberId' | 'claim' | 'failures' | 'waitsFor'> & {
  /** Nobody tries before this time is over. */
  blockMs: number;
  /** The next message leaves no sooner, unless somebody asks for it. */
  waitMs: number;
};

/** Milliseconds until the number's next turn; null where nothing waits, or the turn was no longer this holder's. */
export type Released = { nextMs: number | null };

export type ReleaseBatch = Batch<Release, Released>;

// Whether the campaign goes on, or what a number may do is changed, is looked up this often.
const lookAgainSeconds = 60;

/**
 * When the first of a number's waiting messages that meet the condition is due. One look per priority, as the index has
 * it; the `case` keeps Postgres from the index of all that will expire.
 */
const firstDue = (condition: string) => `(
      select min(w.due_at) from (values (1), (0), (-1)) p (priority)
      cross join lateral (
        select m.due_at from messages m
        where m.phone_number_id = a.phone_number_id and m.status in ('scheduled', 'accepted')
          and m.priority = p.priority and case when m.expires_at > app_now() then ${condition} end
        order by m.due_at limit 1
      ) w
    )`;
const mayLeave = `(m.campaign_id is null or exists
  (select from campaigns c where c.id = m.campaign_id and c.status = 'running'))`;

/**
 * Gives turns back. What waits is looked up when the turn is locked: who has a message wait locks its number's turn
 * after writing the message, so that a turn never ends while something waits.
 */
const releaseSql = `
  with asked as (
    select * from unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[], $5::float8[], $6::float8[])
      with ordinality as t (phone_number_id, claim, failures, waits_for, block_ms, wait_ms, ord)
  ), looked as materialized (
    select a.*, ${firstDue(mayLeave)} as leaves_at, ${firstDue('true')} as comes_at
    from asked a join send_turns t on t.phone_number_id = a.phone_number_id and t.claim = a.claim
  ), next as (
    select looked.*, least(leaves_at, case when comes_at is not null
      then greatest(comes_at, app_now() + interval '${lookAgainSeconds} seconds') end) as due_at
    from looked
  ), ended as (
    delete from send_turns t using next n where t.phone_number_id = n.phone_number_id and n.due_at is null
    returning 1
  ), kept as (
    update send_turns t set
      due_at = greatest(n.due_at, app_now() + least(n.wait_ms, ${lookAgainSeconds * 1_000}) * interval '1 millisecond'),
      blocked_until = case when n.block_ms > 0 then app_now() + n.block_ms * interval '1 millisecond' end,
      failures = n.failures,
      waits_for = n.waits_for,
      lease_until = null
    from next n where t.phone_number_id = n.phone_number_id and n.due_at is not null
    returning t.phone_number_id, greatest(t.due_at, t.blocked_until) as ready_at
  )
  select extract(epoch from k.ready_at - app_now())::float8 * 1000 as "nextMs"
  from asked a left join kept k on k.phone_number_id = a.phone_number_id
  order by a.ord`;

export function createReleaseBatch(deps: { pool: Pool }): ReleaseBatch {
  return new Batch<Release, Released>({
    name: 'release',
    pool: deps.pool,
    inFlightMax: 1,
    ownerOf: ({ phoneNumberId }) => phoneNumberId,
    // Whoever adds one tries again, and a turn that nobody gives back holds its number up.
    lineMax: 65_536,
    lineWaitMaxMs: 30_000,
    write: release,
  });
}

async function release(client: PoolClient, releases: readonly Release[]): Promise<Released[]> {
  await client.query('begin');
  try {
    await client.query({
      name: 'release-lock',
      text: `select 1 from send_turns where phone_number_id = any($1::bigint[]) order by phone_number_id for update`,
      values: [releases.map(({ phoneNumberId }) => phoneNumberId)],
    });
    const { rows } = await client.query<Released>({
      name: 'release',
      text: releaseSql,
      values: [
        releases.map(({ phoneNumberId }) => phoneNumberId),
        releases.map(({ claim }) => claim),
        releases.map(({ failures }) => failures),
        releases.map(({ waitsFor }) => waitsFor),
        releases.map(({ blockMs }) => blockMs),
        releases.map(({ waitMs }) => waitMs),
      ],
    });
    await client.query('commit');
    return rows;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Makes a number's turn due, if it has one: what kept its messages waiting may be over. */
export async function wakeTurn(db: Kysely<DB>, phoneNumberId: number): Promise<void> {
  await sql`
    update send_turns set due_at = least(due_at, app_now()), blocked_until = null
    where phone_number_id = ${phoneNumberId}`.execute(db);
}

/**
 * Makes the turns due whose reason to wait is over, and those of numbers that were deleted, whose messages are to be
 * cancelled. Answers how many.
 */
export async function wakeTurnsThatMayGo(db: Kysely<DB>): Promise<number> {
  const { numAffectedRows } = await sql`
    with ready as (
      select t.phone_number_id
      from send_turns t
      left join phone_numbers n on n.id = t.phone_number_id
      left join users u on u.id = n.user_id
      left join backends b on b.id = n.backend_id
      where greatest(t.due_at, t.blocked_until) > app_now() and t.lease_until is null and (
        n.id is null or n.deleted_at is not null
        or (t.waits_for in ('connection', 'backend', 'user', 'pause') and n.status = 'connected'
          and n.paused_at is null and u.status = 'active'
          and b.state not in ('down', 'license_required'))
      )
      order by t.phone_number_id for update of t skip locked
    )
    update send_turns t set due_at = app_now(), blocked_until = null
    from ready r where t.phone_number_id = r.phone_number_id`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
