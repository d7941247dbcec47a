import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { Creation } from './creation.ts';

/** Seconds a number's creation may go on before another process looks after it. */
const createLeaseSeconds = 60;

/** Points a number at the place reserved for it. Answers false when the number was deleted meanwhile. */
export async function placeNumber(
  tx: Transaction<DB>,
  id: number,
  place: { backendId: number; backendUrl: string; backendName: string; reservationId: string },
): Promise<boolean> {
  const result = await tx
    .updateTable('phone_numbers')
    .set({
      backend_id: place.backendId,
      server_instance: place.backendUrl,
      backend_name: place.backendName,
      reservation_id: place.reservationId,
      create_lease_until: sql`app_now() + make_interval(secs => ${createLeaseSeconds})`,
      updated_at: sql`now()`,
    })
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Numbers whose creation was begun by a process that did not finish it in time; their leases are renewed. */
export async function claimUnfinishedCreations(db: Kysely<DB>, limit: number): Promise<Creation[]> {
  const { rows } = await sql<Creation>`
    update phone_numbers set create_lease_until = app_now() + make_interval(secs => ${createLeaseSeconds})
    where id in (
      select id from phone_numbers
      where reservation_id is not null and create_lease_until < app_now()
      order by create_lease_until limit ${limit} for update skip locked)
    returning id, user_id as "userId", integration, backend_id as "backendId", backend_name as "backendName",
      reservation_id as "reservationId"`.execute(db);
  return rows;
}

/** Ends a number's creation. Answers whether it was still going on. */
export async function endCreation(tx: Transaction<DB>, id: number, reservationId: string): Promise<boolean> {
  const result = await tx
    .updateTable('phone_numbers')
    .set({
      reservation_id: null,
      create_lease_until: null,
      // One without a code by now waits for it like one that is connected again.
      connect_began_at: sql`case when status = 'initializing' then app_now() end`,
      updated_at: sql`now()`,
    })
    .where('id', '=', id)
    .where('reservation_id', '=', reservationId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Live numbers on backends with none of these URLs. */
export async function countElsewhere(db: Kysely<DB>, urls: readonly string[]): Promise<number> {
  const row = await db
    .selectFrom('phone_numbers')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('deleted_at', 'is', null)
    .where('server_instance', 'is not', null)
    .where('server_instance', 'not in', urls.length === 0 ? [''] : urls)
    .executeTakeFirstOrThrow();
  return row.count;
}
