import { afterAll, beforeAll, expect, test } from 'vitest';
import { pause } from '../faults/support/wait.ts';
import { hurried } from '../modules/fleet/support.ts';
import { openTestDatabase, type TestDatabase } from '../support/harness.ts';
import { breakNumber, numberDeeds } from './hour/drifts.ts';
import { holdReconciler, releaseReconciler } from './hour/hold.ts';
import { accountOf, startReading } from './hour/hour.ts';
import { judge } from './hour/judge.ts';
import { startLoad } from './hour/load.ts';
import type { Sandbox } from './hour/sandbox.ts';
import { createServerDeeds } from './hour/servers.ts';
import { startWatch } from './hour/watch.ts';
import { startWorld, type World } from './hour/world.ts';

/** The long form, `npm run test:fleet`, has all that befalls whole servers, and the times of service. */
const withinMs = 15_000;

let database: TestDatabase;
let world: World;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await startWorld({
    sandboxes: 3,
    users: 2,
    numbers: numberDeeds.length + 8,
    databaseUrl: database.url,
    oneProcess: true,
    fleet: {
      reconcile: { ...hurried, everyMs: 700, lookEveryMs: 100 },
      orphans: { listEveryMs: 400, removeAfterMs: 800, lookEveryMs: 100 },
    },
    healthCheckMs: 500,
    log() {},
  });
});
afterAll(async () => {
  await world.close();
  await database.close();
});

test('everything that is broken behind its back a fleet finds and mends, and nothing is mended by the judge', {
  timeout: 120_000,
}, async () => {
  for (const sandbox of world.sandboxes) await sandbox.setKnobs({ scanAfterMs: 'never' });
  const watch = startWatch(world, () => {});
  const server = createServerDeeds(world, watch);
  const [first, , third] = world.sandboxes as [Sandbox, Sandbox, Sandbox];
  const from = Date.now();
  await holdReconciler(world.look);
  // What was begun before may still go on.
  await pause(500);
  for (const [n, deed] of numberDeeds.entries()) {
    watch.add(await breakNumber(world, world.numbers[n] as World['numbers'][number], deed));
  }
  await server.makeOrphan(third, 1);
  await server.makeForeign(third, 'somebody-elses-instance');
  await pause(1_500);
  const facts = { calm: [], spans: [], kills: [], withinMs, orphanWithinMs: withinMs };
  const nothing = { sent: [], received: [] };
  const held = judge(await accountOf(world, nothing, watch, { ...facts, churn: { from, to: Date.now() } }));
  const complaints = watch.drifts.map(({ what, aim, numberId, url }) => {
    return `${what} (${numberId === undefined ? url : `number ${numberId}`}) was not ${aim}`;
  });
  expect(held.violations.filter((violation) => !violation.endsWith('was not noticed'))).toEqual(complaints);

  const load = startLoad(world, { perSecond: 20, receivedPerSecond: 8, most: 400 });
  const reading = startReading(world);
  await releaseReconciler(world.look);
  const kill = { url: first.url, at: Date.now() };
  for (const drift of watch.drifts) {
    drift.injectedAt = Date.now();
    drift.countsFrom = Date.now();
  }
  const restart = await server.kill(first);
  await pause(1_500);
  await restart();
  await watch.untilOver(withinMs);
  await load.stop();
  await pause(300);
  await reading.stop();
  await watch.stop();
  const mended = judge(
    await accountOf(world, load, watch, { ...facts, kills: [kill], churn: { from: kill.at, to: Date.now() } }),
  );
  expect(mended.violations).toEqual([]);
  expect((await third.shown())?.has('somebody-elses-instance')).toBe(true);
  expect(mended.figures).toMatchObject({ 'through a wrong owner': 0, doubled: 0, 'refused to healthy numbers': 0 });
  expect(Number(mended.figures['left their server'])).toBeGreaterThan(30);
});
