import { EvolutionError } from '../../../evolution/errors.ts';
import type { Clock } from '../../../platform/clock.ts';

/** What one number can be asked about. */
export type Question = 'state' | 'webhook' | 'settings' | 'foreign' | 'latest';

/** The backend does not answer, or not as one: nothing it says now counts. */
export class NoGoodAnswers extends Error {}

export type Meter = ReturnType<typeof createMeter>;

/** An instance that the backend says it does not have. */
export const missing = Symbol('missing');

/** What the quickest answer takes there: it is read from memory. */
const quickestThereMs = 0.3;
const failuresInARowMax = 5;
const unreadableMax = 3;
const unreadableShare = 0.1;

/**
 * Asks, and measures how long the backend works at it: what every answer takes is the way and not the backend, so it is
 * left out. Gives up on a backend that fails several times in a row, or whose answers are not those of one.
 */
export function createMeter(deps: {
  clock: Pick<Clock, 'monotonicMs'>;
  /** As the last pass measured it. */
  quickestMs?: number | undefined;
  /** Throws when the pass must end. */
  check(): void;
}) {
  const spent = new Map<Question, { asked: number; ms: number }>();
  let quickestMs = deps.quickestMs ?? Number.POSITIVE_INFINITY;
  let quickestNowMs = Number.POSITIVE_INFINITY;
  let questions = 0;
  let busyMs = 0;
  let failuresInARow = 0;
  let isOver = false;
  const unreadable: { question: Question; detail: string }[] = [];

  function measure(question: Question, tookMs: number, calls: number): void {
    quickestNowMs = Math.min(quickestNowMs, tookMs);
    quickestMs = Math.min(quickestMs, tookMs);
    const wayMs = Math.max(0, quickestMs - quickestThereMs);
    const cost = Math.max(quickestThereMs, tookMs - wayMs * calls);
    questions += calls;
    busyMs += cost;
    const sum = spent.get(question) ?? { asked: 0, ms: 0 };
    spent.set(question, { asked: sum.asked + 1, ms: sum.ms + cost });
  }

  function fail(question: Question, error: unknown): void {
    if (!(error instanceof EvolutionError)) throw error;
    if (error.kind === 'unreadable' || error.kind === 'refused' || error.kind === 'unauthorized') {
      failuresInARow = 0;
      unreadable.push({ question, detail: error.message });
      if (unreadable.length >= unreadableMax && unreadable.length > questions * unreadableShare) giveUp();
      return;
    }
    failuresInARow++;
    if (failuresInARow >= failuresInARowMax) giveUp();
  }

  function giveUp(): never {
    isOver = true;
    throw new NoGoodAnswers();
  }

  return {
    /** Undefined where there was no answer that counts. `calls`: how many calls the question takes. Throws NoGoodAnswers. */
    async ask<T>(question: Question, call: () => Promise<T>, calls = 1): Promise<T | typeof missing | undefined> {
      deps.check();
      if (isOver) throw new NoGoodAnswers();
      const beganAt = deps.clock.monotonicMs();
      try {
        const answer = await call();
        failuresInARow = 0;
        return answer;
      } catch (error) {
        if (error instanceof EvolutionError && error.kind === 'not_found') {
          failuresInARow = 0;
          return missing;
        }
        fail(question, error);
        return undefined;
      } finally {
        measure(question, deps.clock.monotonicMs() - beganAt, calls);
      }
    },
    busyMs: () => busyMs,
    questions: () => questions,
    unreadable: (): readonly { question: Question; detail: string }[] => unreadable,
    /** The way there and back, as far as it is known. */
    wayMs: () => (Number.isFinite(quickestMs) ? Math.max(0, quickestMs - quickestThereMs) : 0),
    /** What this pass measured alone, so that a way that became longer is known as longer. */
    quickestMs: () => (Number.isFinite(quickestNowMs) ? quickestNowMs : deps.quickestMs),
    costsMs(former: Record<string, number>): Record<string, number> {
      const costs = { ...former };
      for (const [question, { asked, ms }] of spent) {
        const mean = ms / asked;
        costs[question] = former[question] === undefined ? mean : former[question] * 0.7 + mean * 0.3;
      }
      return costs;
    },
  };
}
