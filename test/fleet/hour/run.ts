/**
 * A scripted hour of a fleet, in minutes: see docs/reliability.md. Prints its tables as Markdown.
 *
 *   node test/fleet/hour/run.ts [--reconciler off] [--churn 300] [--calm 45] [--numbers 200] [--rate 28] [--sends 10000]
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { ensureCompileCache } from '../../support/compile-cache.ts';
import { holdReconciler } from './hold.ts';
import { runHour } from './hour.ts';
import { markdownOf } from './report.ts';
import { startWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    reconciler: { type: 'string', default: 'on' },
    churn: { type: 'string', default: '300' },
    calm: { type: 'string', default: '45' },
    numbers: { type: 'string', default: '200' },
    rate: { type: 'string', default: '28' },
    sends: { type: 'string', default: '10000' },
  },
});
const second = 1_000;
/** Listed every 5 min and removed after 10 in service. */
const orphans = { listEveryMs: 20 * second, removeAfterMs: 60 * second, lookEveryMs: 2 * second };

const startedAt = Date.now();
const log = (line: string) =>
  console.error(`${String(Math.round((Date.now() - startedAt) / second)).padStart(4)} s ${line}`);
const loads = [loadavg()[0] ?? 0];
const loading = setInterval(() => loads.push(loadavg()[0] ?? 0), 15 * second);

process.env.NODE_COMPILE_CACHE = await ensureCompileCache();
const world = await startWorld({
  sandboxes: 5,
  users: 8,
  numbers: Number(values.numbers),
  fleet: { orphans },
  healthCheckMs: 5 * second,
  log,
});
const end = setTimeout(() => {
  console.error('nine minutes are over');
  void world.close().finally(() => process.exit(3));
}, 520 * second);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void world.close().finally(() => process.exit(130)));
}
try {
  if (values.reconciler === 'off') await holdReconciler(world.look);
  const result = await runHour(world, {
    calmMs: Number(values.calm) * second,
    churnMs: Number(values.churn) * second,
    sends: Number(values.sends),
    perSecond: Number(values.rate),
    withinMs: 60 * second,
    orphanWithinMs: 2 * orphans.listEveryMs + orphans.removeAfterMs + 30 * second,
    slowerAtMost: 0.1,
    log,
  });
  const load = `load of the machine ${Math.min(...loads).toFixed(1)}-${Math.max(...loads).toFixed(1)}`;
  console.log(markdownOf(result, `${Math.round((Date.now() - startedAt) / second)} s, ${load}`));
  process.exitCode = result.violations.length === 0 ? 0 : 1;
} finally {
  clearInterval(loading);
  clearTimeout(end);
  await world.close();
}
