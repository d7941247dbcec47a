import type { Backend } from '../support/backend.ts';
import { sendsUnderWay } from '../support/backend.ts';
import { between, pause, until } from '../support/wait.ts';
import type { World } from '../support/world.ts';
import { bothForms, type Fault } from './fault.ts';
import { pick } from './gateway-killed.ts';

const sending = 'POST /message/';
const spoiledForMs = 2_500;

/** An Evolution server as they are: gone, silent, lying, slow and repeating itself. */
export const backendFaults: readonly Fault[] = [
  {
    name: 'backend killed',
    forms: bothForms,
    async strike(world) {
      const victim = pick(world.backends);
      const isHit = await sendIsUnderWay(victim);
      await victim.kill();
      await pause(between(300, 3_000));
      await victim.start();
      return isHit ? 1 : 0;
    },
  },
  {
    name: 'backend hung',
    forms: bothForms,
    async strike(world) {
      const victim = pick(world.backends);
      const isHit = await sendIsUnderWay(victim);
      victim.program.signal('SIGSTOP');
      await pause(between(500, 6_000));
      victim.program.signal('SIGCONT');
      return isHit ? 1 : 0;
    },
  },
  spoiling('half of the backend answers are 500', [
    { route: sending, probability: 0.25, kind: 'http500-before' },
    { route: sending, probability: 0.34, kind: 'http500-after' },
  ]),
  spoiling('backend resets after accepting', [{ route: sending, probability: 0.5, kind: 'reset-after' }]),
  spoiling('backend drips', [{ route: sending, probability: 0.3, kind: 'drip' }]),
  {
    name: 'backend repeats and shuffles its calls',
    forms: bothForms,
    async strike(world) {
      const victim = pick(world.backends);
      const before = world.heard.length;
      await victim.setKnobs({ webhookDuplicates: true, webhookShuffleMs: 1_500 });
      await pause(spoiledForMs);
      await victim.setKnobs({ webhookDuplicates: false, webhookShuffleMs: 0 });
      await pause(1_500);
      return repeatsIn(world, before);
    },
  },
];

/** A part of the sends runs into the failures; every one that did is a hit. */
function spoiling(
  name: string,
  failures: { route: string; probability: number; kind: 'http500-before' | 'http500-after' | 'reset-after' | 'drip' }[],
): Fault {
  const kinds: readonly (string | number)[] = failures.map(({ kind }) => kind);
  return {
    name,
    forms: bothForms,
    async strike(world) {
      const victim = pick(world.backends);
      const count = async () => (await victim.calls()).filter(({ outcome }) => kinds.includes(outcome)).length;
      const before = await count();
      await victim.setKnobs({ failures });
      await pause(spoiledForMs);
      await victim.setKnobs({ failures: [] });
      return (await count()) - before;
    },
  };
}

async function sendIsUnderWay(backend: Backend): Promise<boolean> {
  return until('a send', 5_000, () => sendsUnderWay(backend) > 0, 3).catch(() => false);
}

function repeatsIn(world: World, from: number): number {
  const seen = new Set<string>();
  let repeats = 0;
  for (const { instance, event, waId } of world.heard.slice(from)) {
    if (waId === undefined) continue;
    const call = `${instance} ${event} ${waId}`;
    if (seen.has(call)) repeats++;
    seen.add(call);
  }
  return repeats;
}
