import type { Kysely } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import type { Backend, Backends } from '../../backends/index.ts';
import type { DesiredNumber, PhoneNumbers } from '../../phone-numbers/index.ts';
import type { Findings } from '../findings.ts';
import { type Finding, type HeldLease, listOpenFindings } from '../findings-system.ts';
import {
  compare,
  isStillAbout,
  isSurprising,
  mayBeSilent,
  type SilenceRule,
  silenceRule,
  wasLookedAt,
} from './compare.ts';
import { createMeter, type Meter, NoGoodAnswers } from './meter.ts';
import { createNoteLosses } from './note-losses.ts';
import { type Observation, type Observed, observe } from './observe.ts';
import { endPass, type Remembered, readNowMs } from './reconciles-system.ts';
import type { SpreadQuestion } from './spread.ts';

export type PassOptions = {
  /** Part of a backend's time that looking at it may take; 0.05 if unset. */
  budgetShare?: number;
  /** Before a surprising state is looked at again; 2,000 if unset. */
  lookAgainAfterMs?: number;
  silence?: SilenceRule;
  /** Before what a backend does not offer is asked for again; 3,600,000 if unset. */
  refusedForMs?: number;
  /** Passes in which each question has been about every number once. */
  passes?: Partial<Record<SpreadQuestion, number>>;
};

/** Looks one backend over, notes what differs from what should be, and ends what does not any more. */
export function createPass(
  deps: {
    db: Kysely<DB>;
    ids: Ids;
    clock: Clock;
    logger: Logger;
    backends: Pick<Backends, 'backendOf'>;
    phoneNumbers: Pick<PhoneNumbers, 'desired'>;
    findings: Findings;
    /** The shortest time from one pass to the next, of which each takes its share. */
    everyMs: number;
  } & PassOptions,
) {
  const { db, clock, findings } = deps;
  const { desired } = deps.phoneNumbers;
  const startedAt = clock.monotonicMs();
  const rule = deps.silence ?? silenceRule;
  const noteLosses = createNoteLosses(deps);

  return async function pass(
    backend: Backend,
    lease: HeldLease,
    former: Remembered,
    check: () => void,
  ): Promise<{ isTrusted: boolean }> {
    const numbers = await desired.list(backend.id);
    const meter = createMeter({ clock, quickestMs: former.quickestMs, check });
    const observation = await look(backend, meter, numbers, former, check);
    const isTrusted = observation !== undefined;
    await noteUnreadable(lease, backend.id, meter);
    if (observation !== undefined) await settle(lease, backend, numbers, observation);
    await endPass(db, backend.id, lease, {
      remembered: observation?.remembered ?? former,
      numbers: numbers.length,
      questions: meter.questions(),
      busyMs: meter.busyMs(),
    });
    return { isTrusted };
  };

  async function look(
    backend: Backend,
    meter: Meter,
    numbers: readonly DesiredNumber[],
    former: Remembered,
    check: () => void,
  ): Promise<Observation | undefined> {
    const options = {
      clock,
      client: backend.fleet,
      check,
      isSurprising,
      mayBeSilent: (number: DesiredNumber) => mayBeSilent(number, numbers, rule),
      budgetMs: (deps.budgetShare ?? 0.05) * deps.everyMs,
      lookAgainAfterMs: deps.lookAgainAfterMs ?? 2_000,
      refusedForMs: deps.refusedForMs ?? 3_600_000,
      passes: deps.passes,
    };
    try {
      return await observe(options, meter, numbers, former);
    } catch (error) {
      if (!(error instanceof NoGoodAnswers)) throw error;
      deps.logger.warn(
        { event: 'backend_not_looked_over', backend_id: backend.id, unreadable: meter.unreadable().length },
        'a backend gives no good answers; nothing it says of its numbers is believed',
      );
      return undefined;
    }
  }

  /** One finding of the backend, however many of its answers were none; none of its numbers' own. */
  async function noteUnreadable(lease: HeldLease, backendId: number, meter: Meter): Promise<void> {
    const [first] = meter.unreadable();
    const about = { backendId, phoneNumberId: null, backendName: null, kind: 'unreadable_answer' as const };
    if (first !== undefined) {
      const detail = { question: first.question, answer: first.detail, answers: meter.unreadable().length };
      await findings.note(lease, [{ ...about, detail }]);
    } else if (meter.questions() > 0) {
      await findings.end(lease, await listOpenFindings(db, backendId, ['unreadable_answer']), 'gone');
    }
  }

  async function settle(
    lease: HeldLease,
    backend: Backend,
    numbers: readonly DesiredNumber[],
    { seen }: Observation,
  ): Promise<void> {
    // What was begun with a number while it was looked at makes what was seen of it worthless.
    const before = new Map(numbers.map((number) => [number.id, number]));
    const now = new Map((await desired.list(backend.id)).map((number) => [number.id, number]));
    const settled = [...now.values()].filter((number) => isAsBefore(before.get(number.id), number));
    const urls = await desired.callbackUrls();
    // By the database's clock, as all that is known of a number: this machine's may be minutes off.
    const nowMs = await readNowMs(db);
    const context = { nowMs, upSinceMs: nowMs - (clock.monotonicMs() - startedAt), urls, rule };
    const sightings = settled.flatMap((number) => compare(desired, number, seen.get(number.id) ?? {}, context));
    await noteLosses(lease, backend.id, { seen, numbers: settled, sightings });
    const open = await findings.note(lease, sightings);
    await endOthers(lease, backend.id, { now, seen, sightings: open, settled });
  }

  async function endOthers(
    lease: HeldLease,
    backendId: number,
    looked: {
      now: ReadonlyMap<number, DesiredNumber>;
      seen: ReadonlyMap<number, Observed>;
      sightings: readonly Finding[];
      settled: readonly DesiredNumber[];
    },
  ): Promise<void> {
    const stillSeen = new Set(looked.sightings.map(({ id }) => id));
    const settled = new Set(looked.settled.map(({ id }) => id));
    const over: Record<'gone' | 'mended' | 'left', Finding[]> = { gone: [], mended: [], left: [] };
    for (const finding of await listOpenFindings(db, backendId)) {
      if (finding.phoneNumberId === null || finding.kind === 'orphan' || stillSeen.has(finding.id)) continue;
      const number = looked.now.get(finding.phoneNumberId);
      if (!isStillAbout(finding, number)) over.left.push(finding);
      else if (settled.has(number.id) && wasLookedAt(finding, number, looked.seen.get(number.id), rule)) {
        over[finding.step > 0 ? 'mended' : 'gone'].push(finding);
      }
    }
    for (const outcome of ['gone', 'mended', 'left'] as const) await findings.end(lease, over[outcome], outcome);
  }
}

function isAsBefore(before: DesiredNumber | undefined, now: DesiredNumber): boolean {
  if (before === undefined || before.isBusy || now.isBusy) return false;
  return before.backendName === now.backendName && before.status === now.status;
}
