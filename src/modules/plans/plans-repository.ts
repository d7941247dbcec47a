import { type Kysely, sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';
import type { Plan, PlanOverride, PlanPlacement } from './plan.ts';

export async function listPlans(db: Kysely<DB>): Promise<Plan[]> {
  return selectPlans(db).orderBy('max_phone_numbers').orderBy('plan_type').execute();
}

export async function findPlan(db: Kysely<DB>, planType: string): Promise<Plan | undefined> {
  return selectPlans(db).where('plan_type', '=', planType).executeTakeFirst();
}

/** Leaves a row that already has these figures untouched, so that a restart rewrites no user. */
export async function updatePlan(tx: Transaction<DB>, planType: string, figures: PlanOverride): Promise<void> {
  const { max_phone_numbers, max_messages_per_day, requests_per_minute, price } = figures;
  const changed = { max_phone_numbers, max_messages_per_day, requests_per_minute, price };
  const given = Object.entries(changed).filter(([, value]) => value !== undefined);
  if (given.length === 0) return;
  await tx
    .updateTable('plans')
    .set({ ...changed, updated_at: sql`now()` })
    .where('plan_type', '=', planType)
    .where(
      sql<boolean>`(${sql.join(
        given.map(([column, value]) => sql`${sql.ref(column)} is distinct from ${value}`),
        sql` or `,
      )})`,
    )
    .execute();
}

/** Answers false where there is no such plan. */
export async function updatePlacement(db: Kysely<DB>, planType: string, placement: PlanPlacement): Promise<boolean> {
  const { placementLabels, isolation } = placement;
  const result = await db
    .updateTable('plans')
    .set({
      ...(placementLabels === undefined ? {} : { placement_labels: [...placementLabels] }),
      ...(isolation === undefined ? {} : { isolation }),
      updated_at: sql`now()`,
    })
    .where('plan_type', '=', planType)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

function selectPlans(db: Kysely<DB>) {
  return db
    .selectFrom('plans')
    .select([
      'plan_type as planType',
      'max_phone_numbers as maxPhoneNumbers',
      'max_messages_per_day as maxMessagesPerDay',
      'requests_per_minute as requestsPerMinute',
      'price',
      'placement_labels as placementLabels',
      'isolation',
    ])
    .$narrowType<Pick<Plan, 'isolation'>>();
}
