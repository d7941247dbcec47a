import type { Fault, Round } from './faults/index.ts';
import type { Counts, Promises, Violation } from './support/invariants.ts';
import { judge } from './support/judge.ts';
import { startLoad } from './support/load.ts';
import { between, pause, until } from './support/wait.ts';
import { type Form, startWorld, untilReady, type WorldOptions } from './support/world.ts';

export type PassOptions = {
  hitsEach: number;
  /** Whether the other form has its turn as well; what only one form can have then happens twice as often. */
  isWhole?: boolean;
  perSecond: number;
  /** How long what is left may take to come to rest. */
  restWithinMs: number;
  /** How long an unknown message may wait for its evidence after that. */
  evidenceMs: number;
  leases: 'wait' | 'end';
  world?: Partial<WorldOptions>;
  log(line: string): void;
};

export type FaultResult = { fault: string; form: Form; hits: number; rounds: number; recoveryMs: number[] };
export type RoundResult = {
  round: string;
  form: Form;
  faults: FaultResult[];
  violations: Violation[];
  counts: Counts;
  quietAfterMs: number;
  seconds: number;
};

const readyWithinMs = 60_000;
/** Worth a line. */
const slowMs = 8_000;

/** One installation under load goes through its faults; then it is judged. */
export async function runRound(form: Form, round: Round, options: PassOptions): Promise<RoundResult> {
  const startedAt = performance.now();
  const world = await startWorld({ form, echoes: round.echoes, ownNames: round.ownNames === true, ...options.world });
  const results: FaultResult[] = [];
  const violations: Violation[] = [];
  try {
    options.log(`${form} · ${round.name}: the world stands`);
    const load = await startLoad(world, options);
    try {
      await pause(1_000);
      for (const fault of round.faults.filter(({ forms }) => forms.includes(form))) {
        load.during(fault.name);
        results.push(await runFault(fault, violations));
      }
    } finally {
      load.during('calm');
      await load.stop();
      options.log(`${form} · ${round.name}: the load has ended`);
    }
    const verdict = await judge(world, load, { ...options, promises: promisesOf(round) });
    return {
      round: round.name,
      form,
      faults: results,
      ...verdict,
      violations: [...violations, ...verdict.violations],
      seconds: Math.round((performance.now() - startedAt) / 1_000),
    };

    async function runFault(fault: Fault, found: Violation[]): Promise<FaultResult> {
      const result: FaultResult = { fault: fault.name, form, hits: 0, rounds: 0, recoveryMs: [] };
      // Both forms together have as many of each fault.
      const wanted = options.hitsEach * (options.isWhole && fault.forms.length === 1 ? 2 : 1);
      // One round may hit many deliveries; a few rounds are at different moments.
      const isEnough = () => result.hits >= wanted && result.rounds >= Math.min(3, wanted);
      while (!isEnough() && result.rounds < Math.max(3, wanted * 2)) {
        result.rounds++;
        result.hits += await fault.strike(world, load);
        const healedAt = performance.now();
        try {
          const readyMs = await untilReady(world, readyWithinMs);
          let complaint = '';
          await until('a send of every number', readyWithinMs, load.works, 200, (why) => {
            complaint = why === '' ? complaint : why;
          });
          const ms = Math.round(performance.now() - healedAt);
          result.recoveryMs.push(ms);
          if (ms > slowMs)
            options.log(`  slow: ready after ${readyMs} ms, every number sends after ${ms} ms${complaint}`);
        } catch (error) {
          const logs = world.gateways.map(({ name, output }) => `${name}: ${output().slice(-1_500)}`);
          found.push({
            invariant: 'ready again without a hand',
            ids: [fault.name],
            story: { error: String(error), logs },
          });
          break;
        }
        await pause(between(100, 600));
      }
      options.log(
        `${form} · ${fault.name}: ${result.hits} hits in ${result.rounds} rounds, ready after ${middle(result.recoveryMs)} ms (most ${Math.max(0, ...result.recoveryMs)})`,
      );
      return result;
    }
  } finally {
    await world.close();
  }
}

export function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function promisesOf({ faults }: Round): Promises {
  return new Map(faults.flatMap(({ name, promises }) => (promises === undefined ? [] : [[name, promises] as const])));
}
