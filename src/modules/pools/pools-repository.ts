import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import type { NumberStatus } from '../phone-numbers/index.ts';
import type { Pool, PoolMember, Strategy } from './pool.ts';

/** A member as choosing needs it. */
export type Candidate = { id: number; status: NumberStatus; sentToday: number };

export async function insertPool(
  tx: Transaction<DB>,
  userId: number,
  pool: { name: string; strategy: Strategy },
): Promise<number> {
  const { id } = await tx
    .insertInto('number_pools')
    .values({ user_id: userId, ...pool })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** False where the user has no such pool. */
export async function updatePool(
  tx: Transaction<DB>,
  userId: number,
  id: number,
  change: { name?: string; strategy?: Strategy },
): Promise<boolean> {
  const { rows } = await sql`
    update number_pools set name = coalesce(${change.name ?? null}, name),
      strategy = coalesce(${change.strategy ?? null}, strategy)
    where user_id = ${userId} and id = ${id} returning 1`.execute(tx);
  return rows.length > 0;
}

/** Makes these the members, in this order; answers how many of them are live numbers of the user. */
export async function replaceMembers(
  tx: Transaction<DB>,
  userId: number,
  poolId: number,
  phoneNumberIds: readonly number[],
): Promise<number> {
  await sql`
    delete from number_pool_members where pool_id = (
      select id from number_pools where id = ${poolId} and user_id = ${userId})`.execute(tx);
  const { rows } = await sql`
    insert into number_pool_members (pool_id, phone_number_id, position)
    select ${poolId}, p.id, t.position
    from unnest(${[...phoneNumberIds]}::bigint[]) with ordinality as t (id, position)
    join phone_numbers p on p.id = t.id and p.user_id = ${userId} and p.deleted_at is null
    returning 1`.execute(tx);
  return rows.length;
}

export async function deletePool(db: Kysely<DB>, userId: number, id: number): Promise<boolean> {
  const { rows } = await sql`
    delete from number_pools where user_id = ${userId} and id = ${id} returning 1`.execute(db);
  return rows.length > 0;
}

export async function countPools(tx: Transaction<DB>, userId: number): Promise<number> {
  const { count } = await tx
    .selectFrom('number_pools')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  return count;
}

/** All of the user's, or the one of this id, by name. */
export async function listPools(db: Kysely<DB>, userId: number, id?: number): Promise<Pool[]> {
  const { rows } = await sql<Omit<Pool, 'members'> & { members: PoolMember[] | null }>`
    select g.id, g.name, g.strategy, g.created_at as "createdAt", (
      select json_agg(json_build_object('id', p.id, 'instanceName', p.instance_name, 'alias', p.alias,
        'status', p.status) order by m.position)
      from number_pool_members m join phone_numbers p on p.id = m.phone_number_id and p.deleted_at is null
      where m.pool_id = g.id) as members
    from number_pools g
    where g.user_id = ${userId} and (${id ?? null}::bigint is null or g.id = ${id ?? null}) order by g.name`.execute(
    db,
  );
  return rows.map((row) => ({ ...row, members: row.members ?? [] }));
}

// One that is paused has its turn after all the others, as one that is offline.
const readiness = `case when p.paused_at is null then p.status else 'disconnected' end`;

/** By name; members in their order. */
export async function findCandidates(
  db: Kysely<DB>,
  userId: number,
  name: string,
): Promise<{ id: number; strategy: Strategy; members: Candidate[] } | undefined> {
  const { rows } = await sql<
    { poolId: number; strategy: Strategy } & { [Name in keyof Candidate]: Candidate[Name] | null }
  >`
    select g.id as "poolId", g.strategy, p.id, ${sql.raw(readiness)} as status, coalesce(s.messages_sent, 0)::int as "sentToday"
    from number_pools g
    left join number_pool_members m on m.pool_id = g.id
    left join phone_numbers p on p.id = m.phone_number_id and p.deleted_at is null
    left join message_stats s on s.phone_number_id = p.id and s.date = app_today()
    where g.user_id = ${userId} and g.name = ${name} order by m.position`.execute(db);
  const [first] = rows;
  if (first === undefined) return undefined;
  const members = rows.flatMap(({ id, status, sentToday }) =>
    id === null || status === null ? [] : [{ id, status, sentToday: sentToday ?? 0 }],
  );
  return { id: first.poolId, strategy: first.strategy, members };
}

/** The user's phone numbers, oldest first. */
export async function findAllNumbers(db: Kysely<DB>, userId: number): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    select p.id, ${sql.raw(readiness)} as status, 0 as "sentToday" from phone_numbers p
    where user_id = ${userId} and deleted_at is null order by created_at, id`.execute(db);
  return rows;
}

export async function findRecipientNumber(
  db: Kysely<DB>,
  poolId: number,
  recipient: string,
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select phone_number_id as id from number_pool_recipients
    where pool_id = ${poolId} and recipient = ${recipient}`.execute(db);
  return rows[0]?.id;
}

export async function saveRecipientNumber(
  db: Kysely<DB>,
  poolId: number,
  recipient: string,
  phoneNumberId: number,
): Promise<void> {
  await sql`
    insert into number_pool_recipients as r (pool_id, recipient, phone_number_id)
    select id, ${recipient}, ${phoneNumberId} from number_pools where id = ${poolId}
    on conflict (pool_id, recipient) do update
      set phone_number_id = excluded.phone_number_id, used_at = app_now()
      where r.phone_number_id <> excluded.phone_number_id or r.used_at < app_now() - interval '1 day'`.execute(db);
}
