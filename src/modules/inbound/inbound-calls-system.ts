import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { PoolClient } from 'pg';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { DB } from '../../schema.ts';
import type { ReadCall } from './read-call.ts';

export type NewCall = ReadCall & { id: string; secretId: string; phoneNumberId: number };

// The bodies travel as one binary value that is cut up again: an array of bytea would go out as hex text.
const insertSql = `
  insert into inbound_calls (id, received_at, secret_id, phone_number_id, event, body, truncated, state, note, due_at)
  select t.id, app_now(), t.secret_id, t.phone_number_id, t.event, substring($9::bytea from t.start for t.length),
    t.truncated, t.state, t.note, app_now()
  from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::int[], $10::int[])
    as t (id, secret_id, phone_number_id, event, truncated, state, note, start, length)`;

/** Stores calls in one statement. */
export async function insertCalls(client: PoolClient, calls: readonly NewCall[]): Promise<undefined[]> {
  let end = 1;
  const starts = calls.map((call) => {
    const start = end;
    end += call.body.byteLength;
    return start;
  });
  await client.query({
    name: 'insert-inbound-calls',
    text: insertSql,
    values: [
      calls.map((call) => call.id),
      calls.map((call) => call.secretId),
      calls.map((call) => call.phoneNumberId),
      calls.map((call) => call.event),
      calls.map((call) => call.truncated),
      calls.map((call) => call.state),
      calls.map((call) => call.note),
      starts,
      Buffer.concat(calls.map((call) => call.body)),
      calls.map((call) => call.body.byteLength),
    ],
  });
  return calls.map(() => undefined);
}

export type ClaimedCall = {
  id: string;
  /** Text, since a Date would lose the microseconds that are part of the key. */
  receivedAt: string;
  phoneNumberId: number;
  /** How often it was claimed, this time included; proves later that the claim still stands. */
  attempt: number;
  /** JSON text; empty where it was too large to be kept whole. */
  body: string;
  isTruncated: boolean;
};

export type Claim = {
  limit: number;
  perNumberMax: number;
  leaseMs: number;
  /** Begins with the numbers after this one. */
  afterNumber: number;
  /** Numbers that are being worked already: their further calls wait, so that they stay in order. */
  busyNumbers: readonly number[];
};

// Of one claim's bodies; they are a kilobyte as a rule, but may be 25 MiB.
const bytesMax = 16 * 1_048_576;
// Any constant works, as long as every process takes the same one.
const turnsLock = 7_215_006;

/**
 * Leases due calls, some of each number, the numbers in the order of their ids. A number with calls under a live lease
 * has no other leased: whoever works on them has its turn, so that a number's calls are applied in their order.
 */
export async function claimCalls(db: Kysely<DB>, claim: Claim): Promise<ClaimedCall[]> {
  try {
    return await claimAs(bodyAsText, db, claim);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === notUtf8)) throw error;
    const calls = await claimAs(bodyAsHex, db, claim);
    return calls.map((call) => ({ ...call, body: Buffer.from(call.body, 'hex').toString('utf8') }));
  }
}

// Text goes through the driver at a third of the cost of bytes. All that is due was written as such.
const bodyAsText = sql`case when c.truncated then '' else convert_from(c.body, 'UTF8') end`;
const bodyAsHex = sql`case when c.truncated then '' else encode(c.body, 'hex') end`;
const notUtf8 = '22021';

async function claimAs(body: RawBuilder<unknown>, db: Kysely<DB>, claim: Claim): Promise<ClaimedCall[]> {
  return inTransaction(db, async (tx) => {
    const numbers = await takeTurns(tx, claim);
    if (numbers.length === 0) return [];
    // A statement of its own, for it must see what those leased who had the turns before.
    const { rows } = await sql<ClaimedCall>`
      with picked as materialized (
        select id, received_at from (
          select due.*, sum(bytes) over (order by phone_number_id, id) - bytes as bytes_before
          from (
            select n.phone_number_id, c.*
            from unnest(${numbers}::bigint[]) with ordinality as n (phone_number_id, turn)
            cross join lateral (
              select c.id, c.received_at, length(c.body) as bytes from inbound_calls c
              where c.phone_number_id = n.phone_number_id and ${isFree}
              order by c.id limit ${claim.perNumberMax} for update skip locked
            ) c
            where ${isInNobodysHands(sql`n.phone_number_id`)}
            order by n.turn
            limit ${claim.limit}
          ) due
        ) summed
        where bytes_before < ${bytesMax}
      )
      update inbound_calls c set lease_until = app_now() + make_interval(secs => ${claim.leaseMs / 1_000}), attempt = c.attempt + 1
      where c.id = any(array(select id from picked))
        and c.received_at between (select min(received_at) from picked) and (select max(received_at) from picked)
      returning c.id, c.received_at::text as "receivedAt", c.phone_number_id as "phoneNumberId", c.attempt, ${body} as body,
        c.truncated as "isTruncated"`.execute(tx);
    return rows.sort(byNumberThenId);
  });
}

/** Numbers with free calls which no other claim is looking at, for as long as the transaction lasts. */
async function takeTurns(tx: Transaction<DB>, claim: Claim): Promise<number[]> {
  const nextNumber = (after: RawBuilder<unknown>) => sql`
    select c.phone_number_id from inbound_calls c
    where c.phone_number_id > ${after} and ${isFree} and ${isInNobodysHands(sql`c.phone_number_id`)}
      and c.phone_number_id <> all(${claim.busyNumbers as number[]}::bigint[])
    order by c.phone_number_id limit 1`;
  const { rows } = await sql<{ id: number }>`
    with recursive numbers as (
      (${nextNumber(sql`${claim.afterNumber}::bigint`)})
      union all
      select (${nextNumber(sql`n.phone_number_id`)}) from numbers n where n.phone_number_id is not null
    ), found as materialized (
      select phone_number_id from numbers where phone_number_id is not null limit ${claim.limit}
    )
    select phone_number_id as id from found
    where pg_try_advisory_xact_lock(${turnsLock}, hashint8(phone_number_id))`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Locks claimed calls of one number for their end; leaves out those that another worker has taken over since. */
export async function lockClaimed(tx: Transaction<DB>, calls: readonly ClaimedCall[]): Promise<ClaimedCall[]> {
  const { rows } = await sql<{ id: string; attempt: number }>`
    select c.id, c.attempt from inbound_calls c where ${isOneOf(calls)} and c.state = 'due'
    order by c.id for update`.execute(tx);
  const attempts = new Map(rows.map((row) => [row.id, row.attempt]));
  return calls.filter((call) => attempts.get(call.id) === call.attempt);
}

export type CallEnding = { state: 'applied' | 'duplicate' | 'stored' | 'failed'; note: string | null };

/** Ends calls of one number that this transaction has locked. */
export async function endCalls(
  tx: Transaction<DB>,
  calls: readonly ClaimedCall[],
  endings: readonly CallEnding[],
): Promise<void> {
  if (calls.length === 0) return;
  await sql`
    update inbound_calls c set state = t.state, note = t.note, lease_until = null
    from unnest(${calls.map((call) => call.id)}::uuid[], ${endings.map((ending) => ending.state)}::text[],
      ${endings.map((ending) => ending.note)}::text[]) as t (id, state, note)
    where c.id = t.id and ${isOneOf(calls)}`.execute(tx);
}

/** Gives a claimed call back, to be tried again later or never. */
export async function putBack(
  db: Kysely<DB> | Transaction<DB>,
  call: ClaimedCall,
  fate: { failed: boolean; note: string; delayMs: number },
): Promise<void> {
  await sql`
    update inbound_calls c set lease_until = null, note = ${fate.note}, state = ${fate.failed ? 'failed' : 'due'},
      due_at = app_now() + make_interval(secs => ${fate.delayMs / 1_000})
    where ${isOneOf([call])} and c.state = 'due' and c.attempt = ${call.attempt}`.execute(db);
}

const isFree = sql`c.state = 'due' and c.due_at <= app_now() and (c.lease_until is null or c.lease_until <= app_now())`;

// Looked up once per statement, by an index that holds leased calls alone.
function isInNobodysHands(phoneNumberId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${phoneNumberId} <> all(array(
    select l.phone_number_id from inbound_calls l where l.state = 'due' and l.lease_until > app_now()))`;
}

// All are of one number. It and the days are named too, so that neither other days' partitions nor the due calls of
// other numbers are looked at.
function isOneOf(calls: readonly ClaimedCall[]): RawBuilder<unknown> {
  const times = calls.map((call) => call.receivedAt);
  return sql`c.id = any(${calls.map((call) => call.id)}::uuid[])
    and c.phone_number_id = ${calls[0]?.phoneNumberId ?? null}
    and c.received_at >= (select min(at) from unnest(${times}::timestamptz[]) as at)
    and c.received_at <= (select max(at) from unnest(${times}::timestamptz[]) as at)`;
}

function byNumberThenId(a: ClaimedCall, b: ClaimedCall): number {
  return a.phoneNumberId - b.phoneNumberId || (a.id < b.id ? -1 : 1);
}
