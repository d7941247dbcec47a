import { setTimeout } from 'node:timers/promises';
import type { FleetReads } from '../../../evolution/client.ts';
import type { Attached } from '../../../evolution/client-fleet-reads.ts';
import type { InstanceState, WebhookRow } from '../../../evolution/wire.ts';
import { BOTS, type Bot, type FindSettingsAnswer } from '../../../evolution/wire-fleet.ts';
import type { Clock } from '../../../platform/clock.ts';
import { createTurns } from '../../../platform/turns.ts';
import type { DesiredNumber } from '../../phone-numbers/index.ts';
import { type Meter, missing } from './meter.ts';
import type { Remembered } from './reconciles-system.ts';
import { nextAfter, type SpreadQuestion, spreadQuestions } from './spread.ts';

export type SeenState = InstanceState | 'not_loaded' | 'missing';

/** What a backend said of one number in this pass; what it was not asked about, or did not answer, is not there. */
export type Observed = {
  /** Seen twice where it is not what we believe. */
  state?: SeenState;
  webhook?: { row: WebhookRow | null };
  settings?: { row: FindSettingsAnswer };
  /** What else is switched on there. */
  foreign?: (Attached | Bot)[];
  /** Seconds since 1970. */
  latestMessage?: { at: number | undefined };
};

export type Observation = { seen: Map<number, Observed>; remembered: Remembered };

export type ObserveOptions = {
  budgetMs: number;
  /** Before a surprising state is looked at again. */
  lookAgainAfterMs: number;
  /** Before what the backend does not offer is asked for again. */
  refusedForMs: number;
  passes?: Partial<Record<SpreadQuestion, number>> | undefined;
};

/** A server that is near answers one question after the other, so that none waits for another. */
const atOnceMin = 1;
const atOnceMax = 8;
/** States and webhooks come first, and leave this little to the others. */
const firstShare = 0.85;
/** A way longer than this leaves the backend idle in between. */
const wayPerCallMs = 5;

/**
 * Asks a backend about its numbers: how each is connected, and, spread over passes as the budget allows, its webhook,
 * its settings, what else is switched on, and when its latest message was. Throws NoGoodAnswers.
 */
export async function observe(
  deps: {
    clock: Clock;
    client: FleetReads;
    /** Whether a state is not what we believe, and is to be looked at twice. */
    isSurprising(number: DesiredNumber, state: SeenState): boolean;
    /** Whether it is worth asking for the latest message of a number. */
    mayBeSilent(number: DesiredNumber): boolean;
    /** Throws when the pass must end. */
    check(): void;
  } & ObserveOptions,
  meter: Meter,
  numbers: readonly DesiredNumber[],
  former: Remembered,
): Promise<Observation> {
  const { isSurprising, mayBeSilent } = deps;
  const { client, clock } = deps;
  const now = clock.now().getTime();
  const refusedUntil = { ...former.refusedUntil };
  const isRefused = (what: string) => (refusedUntil[what] ?? 0) > now;
  const seen = new Map<number, Observed>();
  const cursors = { ...former.cursors };
  const remembered = (): Remembered => {
    const quickestMs = meter.quickestMs();
    return {
      cursors,
      costsMs: meter.costsMs(former.costsMs ?? {}),
      ...(quickestMs === undefined ? {} : { quickestMs }),
      refusedUntil,
    };
  };
  const wayMs = Math.max(0, former.quickestMs ?? 0);
  const turns = createTurns(Math.min(atOnceMax, Math.max(atOnceMin, Math.round(wayMs / wayPerCallMs))));
  const each = <T>(items: readonly T[], work: (item: T) => Promise<void>) =>
    allOf(items.map((item) => turns(() => work(item))));
  const note = (number: DesiredNumber, what: Observed) => seen.set(number.id, { ...seen.get(number.id), ...what });

  const states = await askAllStates();
  for (const number of states === undefined ? [] : numbers) {
    const state = states?.get(number.backendName);
    if (state !== undefined) note(number, { state });
  }
  await askFirst();
  await lookAgain();
  const silent = numbers.filter(mayBeSilent);
  const spread = spreadQuestions({
    numbers: { settings: numbers.length, latest: silent.length, foreign: numbers.length },
    budgetMs: deps.budgetMs - meter.busyMs(),
    costsMs: former.costsMs ?? {},
    passes: deps.passes,
  });
  await ask('settings', numbers, async (number) => {
    const row = await meter.ask('settings', () => client.settings(number.backendName));
    if (row !== undefined && row !== missing) note(number, { settings: { row } });
  });
  await ask('latest', silent, async (number) => {
    const at = await meter.ask('latest', async () => ({ at: await client.latestMessageAt(number.backendName) }));
    if (at !== undefined && at !== missing) note(number, { latestMessage: at });
  });
  await ask('foreign', numbers, async (number) => {
    const foreign = await askForeign(number);
    if (foreign !== undefined) note(number, { foreign });
  });
  return { seen, remembered: remembered() };

  /** How each number is connected and whether it calls us, from where the last pass ended, for as long as it may take. */
  function askFirst(): Promise<void> {
    return each(nextAfter(numbers, cursors.first ?? 0, numbers.length), async (number) => {
      if (meter.busyMs() > deps.budgetMs * firstShare) return;
      cursors.first = number.id;
      const state = seen.get(number.id)?.state ?? (await askState(number));
      if (state !== undefined) note(number, { state });
      const row = await meter.ask('webhook', () => client.webhook(number.backendName));
      if (row !== undefined && row !== missing) note(number, { webhook: { row } });
    });
  }

  /** Asks it about as many as fit; what turns out dearer ends sooner. */
  function ask(
    question: SpreadQuestion,
    from: readonly DesiredNumber[],
    work: (number: DesiredNumber) => Promise<void>,
  ): Promise<void> {
    return each(nextAfter(from, cursors[question] ?? 0, spread[question]), async (number) => {
      if (meter.busyMs() > deps.budgetMs) return;
      cursors[question] = number.id;
      await work(number);
    });
  }

  async function askAllStates(): Promise<Map<string, InstanceState> | undefined> {
    if (numbers.length < 2 || isRefused('metrics')) return undefined;
    const found = await meter.ask('state', async () => ({ states: await client.allStates() }));
    if (found === undefined || found === missing) return undefined;
    if (found.states === undefined) refusedUntil.metrics = now + deps.refusedForMs;
    return found.states;
  }

  async function askState(number: DesiredNumber): Promise<SeenState | undefined> {
    const state = await meter.ask('state', () => client.state(number.backendName));
    return state === missing ? 'missing' : state;
  }

  // States change for moments when a socket is lost and opened again, and while a server starts.
  async function lookAgain(): Promise<void> {
    const surprising = numbers.filter((number) => {
      const state = seen.get(number.id)?.state;
      return state !== undefined && isSurprising(number, state);
    });
    if (surprising.length === 0) return;
    await setTimeout(deps.lookAgainAfterMs);
    deps.check();
    await each(surprising, async (number) => {
      const first = seen.get(number.id)?.state;
      const again = await askState(number);
      if (again === first) return;
      const { state: _changed, ...rest } = seen.get(number.id) ?? {};
      // What it turned into is what we believe, or else it is seen for the first time and is left to the next pass.
      seen.set(number.id, again !== undefined && !isSurprising(number, again) ? { ...rest, state: again } : rest);
    });
  }

  async function askForeign(number: DesiredNumber): Promise<(Attached | Bot)[] | undefined> {
    const bots = BOTS.filter((bot) => !isRefused(bot));
    const found = await meter.ask(
      'foreign',
      async () => {
        const on: (Attached | Bot)[] = await client.attached(number.backendName);
        for (const bot of bots) {
          const count = await client.bots(number.backendName, bot);
          if (count === undefined) refusedUntil[bot] = now + deps.refusedForMs;
          else if (count > 0) on.push(bot);
        }
        return on;
      },
      1 + bots.length,
    );
    return found === missing ? undefined : found;
  }
}

/** Waits for all of them, also when one fails; then rejects as the first that did. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
