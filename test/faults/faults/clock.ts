import { pause } from '../support/wait.ts';
import type { World } from '../support/world.ts';
import { bothForms, type Fault } from './fault.ts';

const beforeMidnightMs = 1_800;

/**
 * The database's clock jumps to just before a midnight of UTC, which then passes under load; every further round jumps
 * back to the same midnight. The world keeps its new clock afterwards, so this comes last in it.
 */
export const clockFaults: readonly Fault[] = [
  {
    name: 'the clock jumps over midnight',
    forms: bothForms,
    async strike(world, load) {
      const midnight = new Date();
      midnight.setUTCHours(24, 0, 0, 0);
      const offsetMs = midnight.getTime() - Date.now() - beforeMidnightMs;
      const before = await acceptedByDay(world);
      await setOffset(world, offsetMs);
      await pause(beforeMidnightMs * 2);
      const after = await acceptedByDay(world);
      // Hit where messages were accepted on both sides.
      const grown = [...after].filter(([day, n]) => n > (before.get(day) ?? 0)).length;
      return grown >= 2 && load.underWay() >= 0 ? 1 : 0;
    },
  },
];

// A setting of the database holds for new sessions; those that are open are ended, as a jump would spare none.
async function setOffset(world: World, offsetMs: number): Promise<void> {
  const [row] = await world.look<{ name: string }>('select current_database() as name');
  await world.look(`alter database "${row?.name}" set app.clock_offset = '${Math.round(offsetMs)} milliseconds'`);
  await world.look(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  // The next look is by the new clock, too.
  await world.look.end();
}

async function acceptedByDay(world: World): Promise<Map<string, number>> {
  const rows = await world.look<{ day: string; n: number }>(
    `select quota_day::text as day, count(*)::int as n from messages where quota_day is not null group by 1`,
  );
  return new Map(rows.map(({ day, n }) => [day, n]));
}
