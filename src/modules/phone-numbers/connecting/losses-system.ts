import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';

/** Minutes in which losses count together, and that end a loop when they go by without one. */
const windowMinutes = 10;

/** Counts lost connections. Answers how many there were in this window, and whether the number rests already. */
export async function addLosses(
  tx: Transaction<DB>,
  id: number,
  losses: number,
): Promise<{ losses: number; rests: number; isResting: boolean }> {
  const isInWindow = sql`losses_since > app_now() - ${window}`;
  const { rows } = await sql<{ losses: number; rests: number; isResting: boolean }>`
    update phone_numbers set
      losses = case when ${isInWindow} then losses + ${losses} else ${losses} end,
      losses_since = case when ${isInWindow} then losses_since else app_now() end,
      lost_at = app_now()
    where id = ${id}
    returning losses, rests, coalesce(rests_until > app_now(), false) as "isResting"`.execute(tx);
  return rows[0] ?? { losses: 0, rests: 0, isResting: false };
}

/** The number rests from now on; losses count anew. */
export async function beginRest(tx: Transaction<DB>, id: number, minutes: number): Promise<Date | undefined> {
  const { rows } = await sql<{ restsUntil: Date }>`
    update phone_numbers set rests = least(rests + 1, 100), losses = 0, losses_since = null,
      rests_until = app_now() + make_interval(mins => ${minutes})
    where id = ${id} returning rests_until as "restsUntil"`.execute(tx);
  return rows[0]?.restsUntil;
}

/** Numbers that have stayed connected so long that their losses are over. */
export async function endLoops(db: Kysely<DB>): Promise<void> {
  await sql`
    update phone_numbers set losses = 0, losses_since = null, lost_at = null, rests = 0, rests_until = null
    where lost_at < app_now() - ${window} and status = 'connected' and connected_at < app_now() - ${window}`.execute(
    db,
  );
}

const window = sql`make_interval(mins => ${windowMinutes})`;
