import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hasRedisServer } from '../support/redis.ts';
import { type Fault, rounds } from './faults/index.ts';
import { runRound } from './pass.ts';
import type { Form } from './support/world.ts';

/** The long pass, `npm run test:faults`, has all of them, and many times. */
const short: Record<Form, string[]> = {
  embedded: ['SIGKILL between commit and call', 'SIGKILL between inbound commit and 200'],
  split: ['SIGKILL between call and result', 'Redis wiped', 'connection reset during COMMIT'],
};

describe('nothing is lost and nothing doubled', () => {
  test('by one process with its embedded Postgres', { timeout: 300_000 }, () => pass('embedded'));

  const isSplitPossible = hasRedisServer() && existsSync('/usr/lib/postgresql');
  test.skipIf(!isSplitPossible)(
    "by two api processes and a worker on Debian's Postgres and Redis",
    { timeout: 300_000 },
    () => pass('split'),
  );
});

async function pass(form: Form): Promise<void> {
  const faults = short[form].map(faultOf);
  const result = await runRound(
    form,
    { name: 'short', faults, echoes: true },
    {
      hitsEach: 1,
      perSecond: 15,
      restWithinMs: 60_000,
      evidenceMs: 15_000,
      // Nobody waits 90 s here for what a dead process held.
      leases: 'end',
      world: { users: 2, numbersEach: 1 },
      log() {},
    },
  );
  expect(result.violations).toEqual([]);
  for (const { fault, hits } of result.faults) expect([fault, hits > 0]).toEqual([fault, true]);
}

function faultOf(name: string): Fault {
  const found = rounds.flatMap(({ faults }) => faults).find((fault) => fault.name === name);
  if (found === undefined) throw new Error(`no fault is called "${name}"`);
  return found;
}
