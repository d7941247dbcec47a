import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { DB } from '../../schema.ts';
import type { PlanOverride } from './plan.ts';
import { listPlans, updatePlan } from './plans-repository.ts';

export async function mergeOverrides(db: Kysely<DB>, overrides: Record<string, PlanOverride>): Promise<void> {
  const names = Object.keys(overrides).sort();
  if (names.length === 0) return;
  await inTransaction(db, async (tx) => {
    refuseUnknown(names, await listPlans(tx));
    // Sorted, so that processes that start together lock the rows in one order.
    for (const name of names) {
      const figures = overrides[name] ?? {};
      refuseOutOfRange(name, figures);
      await updatePlan(tx, name, figures);
    }
  });
}

function refuseUnknown(names: readonly string[], plans: readonly { planType: string }[]): void {
  const known = plans.map((plan) => plan.planType);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Error(`Plan overrides name unknown plans: ${unknown.join(', ')}. The plans are: ${known.join(', ')}.`);
}

const least = { max_phone_numbers: 0, max_messages_per_day: 0, requests_per_minute: 1 } as const;
const int4Max = 2_147_483_647;

function refuseOutOfRange(name: string, figures: PlanOverride): void {
  for (const [field, minimum] of Object.entries(least)) {
    const value = figures[field as keyof typeof least];
    if (value === undefined || (Number.isInteger(value) && value >= minimum && value <= int4Max)) continue;
    throw new Error(`Plan overrides: ${name}.${field} must be a whole number from ${minimum} to ${int4Max}.`);
  }
}
