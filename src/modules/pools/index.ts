import type { Kysely } from 'kysely';
import { violatedConstraint } from '../../platform/database/failures.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { notFound } from '../../platform/errors.ts';
import type { DB } from '../../schema.ts';
import type { Users } from '../users/index.ts';
import { createChooseNumber } from './choose-number.ts';
import { poolLimit, poolNameTaken, poolsMax } from './errors.ts';
import { type Pool, poolOfAll, type Strategy } from './pool.ts';
import { forgetOldRecipients } from './pool-recipients-system.ts';
import { countPools, deletePool, insertPool, listPools, replaceMembers, updatePool } from './pools-repository.ts';

export { noNumberAvailable } from './errors.ts';
export { type Pool, poolOfAll } from './pool.ts';

export type PoolChange = { name?: string; strategy?: Strategy; phoneNumberIds?: readonly number[] };

export type Pools = ReturnType<typeof createPools>;

/** Groups of a user's phone numbers that send in turn. */
export function createPools(deps: { db: Kysely<DB>; users: Pick<Users, 'lockUser'> }) {
  const { db } = deps;

  async function get(userId: number, id: number): Promise<Pool> {
    const [pool] = await listPools(db, userId, id);
    if (pool === undefined) throw notFound('Pool');
    return pool;
  }

  return {
    /** Throws `pool_name_taken`, `pool_limit`, and `not_found` where a phone number is not the user's. */
    async create(userId: number, pool: Required<PoolChange>): Promise<Pool> {
      const { name, strategy, phoneNumberIds } = pool;
      const id = await writing(async (tx) => {
        await deps.users.lockUser(tx, userId);
        if ((await countPools(tx, userId)) >= poolsMax) throw poolLimit();
        const made = await insertPool(tx, userId, { name: requireOwnName(name), strategy });
        await setMembers(tx, userId, made, phoneNumberIds);
        return made;
      });
      return get(userId, id);
    },
    /** By name. */
    list: (userId: number): Promise<Pool[]> => listPools(db, userId),
    /** Throws `not_found`. */
    get,
    /** What is undefined stays. Throws `not_found`, `pool_name_taken`. */
    async change(userId: number, id: number, { phoneNumberIds, ...change }: PoolChange): Promise<Pool> {
      await writing(async (tx) => {
        if (change.name !== undefined) requireOwnName(change.name);
        if (!(await updatePool(tx, userId, id, change))) throw notFound('Pool');
        if (phoneNumberIds !== undefined) await setMembers(tx, userId, id, phoneNumberIds);
      });
      return get(userId, id);
    },
    /** Throws `not_found`. */
    async delete(userId: number, id: number): Promise<void> {
      if (!(await deletePool(db, userId, id))) throw notFound('Pool');
    },
    /** By name; `all` is every phone number of the user. See its own description. */
    choose: createChooseNumber(deps),
    /** Periodic: see its own description. */
    forgetOldRecipients: () => forgetOldRecipients(db),
  };

  function writing<T>(work: Parameters<typeof inTransaction<DB, T>>[1]): Promise<T> {
    return inTransaction(db, work).catch((error: unknown) => {
      if (violatedConstraint(error) === 'number_pools_user_id_name_key') throw poolNameTaken(error);
      throw error;
    });
  }
}

async function setMembers(
  tx: Parameters<typeof replaceMembers>[0],
  userId: number,
  poolId: number,
  phoneNumberIds: readonly number[],
): Promise<void> {
  const ids = [...new Set(phoneNumberIds)];
  if ((await replaceMembers(tx, userId, poolId, ids)) !== ids.length) throw notFound('Phone number');
}

// Every user has that one already.
function requireOwnName(name: string): string {
  if (name === poolOfAll) throw poolNameTaken();
  return name;
}
