import type { Question } from './meter.ts';

/** How many numbers each question is about in one pass. */
export type Spread = Record<Question, number>;

/** Passes in which each question has been about every number once, where the budget allows it. */
export const passesUsual: Readonly<Record<Question, number>> = {
  state: 1,
  webhook: 1,
  settings: 2,
  latest: 10,
  foreign: 40,
};

/** Until they are measured: milliseconds of the backend's time for one number. */
const costsUsualMs: Readonly<Record<Question, number>> = { state: 1, webhook: 3, settings: 3, latest: 6, foreign: 30 };

/** The states come first, then the webhooks, and each leaves something to those behind it. */
const statesShare = 0.6;
const webhooksShare = 0.8;

/**
 * What fits into the budget of one pass. What does not fit is asked about fewer numbers per pass, and goes on in the next
 * one.
 */
export function spreadQuestions(input: {
  numbers: number;
  /** Numbers that a question may be about, where not about all. */
  candidates: Partial<Record<Question, number>>;
  budgetMs: number;
  costsMs: Readonly<Record<string, number>>;
  /** One answer gives all states. */
  statesAtOnce: boolean;
  passes?: Partial<Record<Question, number>> | undefined;
}): Spread {
  const { numbers, candidates, budgetMs } = input;
  const passes = { ...passesUsual, ...input.passes };
  const costOf = (question: Question) => Math.max(0.05, input.costsMs[question] ?? costsUsualMs[question]);
  const statesMs = input.statesAtOnce ? 0 : numbers * costOf('state');
  const state = statesMs <= budgetMs * statesShare ? numbers : Math.floor((budgetMs * statesShare) / costOf('state'));
  const leftMs = budgetMs - (input.statesAtOnce ? 0 : state * costOf('state'));
  const wanted = (question: Question) => Math.ceil((candidates[question] ?? numbers) / passes[question]);
  const webhook = Math.min(wanted('webhook'), Math.ceil((leftMs * webhooksShare) / costOf('webhook')));
  const others = ['settings', 'latest', 'foreign'] as const;
  const wantedMs = others.reduce((sum, question) => sum + wanted(question) * costOf(question), 0);
  const part = Math.min(1, (leftMs - webhook * costOf('webhook')) / Math.max(1, wantedMs));
  const fitting = (question: Question) => Math.ceil(wanted(question) * Math.max(0, part));
  return {
    state: Math.max(1, state),
    webhook,
    settings: fitting('settings'),
    latest: fitting('latest'),
    foreign: fitting('foreign'),
  };
}

/** The next `count` in the order of ids after the one that was last, around the end. */
export function nextAfter<T extends { id: number }>(numbers: readonly T[], lastId: number, count: number): T[] {
  const after = numbers.filter(({ id }) => id > lastId);
  const before = numbers.filter(({ id }) => id <= lastId);
  return [...after, ...before].slice(0, count);
}
