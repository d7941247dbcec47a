import type { Kysely } from 'kysely';
import type { DB } from '../../schema.ts';
import { mergeOverrides } from './merge-overrides.ts';
import type { Plan, PlanOverride, PlanPlacement } from './plan.ts';
import { findPlan, listPlans, updatePlacement } from './plans-repository.ts';

export type { Plan } from './plan.ts';

export type Plans = {
  /** Smallest plan first. */
  list(): Promise<Plan[]>;
  find(planType: string): Promise<Plan | undefined>;
  /**
   * Writes the figures into the table, all or none; users without a figure of their own follow in the same
   * transaction. Throws an Error that names the plan or field when one is unknown or out of range.
   */
  mergeOverrides(overrides: Record<string, PlanOverride>): Promise<void>;
  /** For operators; holds for numbers placed from now on. Answers false where there is no such plan. */
  setPlacement(planType: string, placement: PlanPlacement): Promise<boolean>;
};

/** The catalogue of plans. What counts for one user stands in that user's row. */
export function createPlans(deps: { db: Kysely<DB> }): Plans {
  return {
    list: () => listPlans(deps.db),
    find: (planType) => findPlan(deps.db, planType),
    mergeOverrides: (overrides) => mergeOverrides(deps.db, overrides),
    setPlacement: (planType, placement) => updatePlacement(deps.db, planType, placement),
  };
}
