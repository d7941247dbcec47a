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

/** States and webhooks come first, and leave something to the others. */
const firstShare = 0.85;

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
  const wanted = (question: Question) => Math.ceil((candidates[question] ?? numbers) / passes[question]);
  const msOf = (question: Question) => (input.statesAtOnce && question === 'state' ? 0 : costOf(question));

  /** The part of what is wanted that fits: the same of each of these questions. */
  function partOf(questions: readonly Question[], withinMs: number): number {
    const wantedMs = totalOf(questions, (question) => wanted(question) * msOf(question));
    return Math.max(0, wantedMs <= withinMs ? 1 : withinMs / wantedMs);
  }
  const some = (question: Question, part: number) => Math.max(1, Math.ceil(wanted(question) * part));

  const ofFirst = partOf(first, budgetMs * firstShare);
  const firstMs = totalOf(first, (question) => some(question, ofFirst) * msOf(question));
  const ofOthers = partOf(others, budgetMs - firstMs);
  return {
    state: input.statesAtOnce ? numbers : some('state', ofFirst),
    webhook: some('webhook', ofFirst),
    settings: some('settings', ofOthers),
    latest: some('latest', ofOthers),
    foreign: some('foreign', ofOthers),
  };
}

const first: readonly Question[] = ['state', 'webhook'];
const others: readonly Question[] = ['settings', 'latest', 'foreign'];

function totalOf(questions: readonly Question[], ms: (question: Question) => number): number {
  return questions.reduce((sum, question) => sum + ms(question), 0);
}

/** The next `count` in the order of ids after the one that was last, around the end. */
export function nextAfter<T extends { id: number }>(numbers: readonly T[], lastId: number, count: number): T[] {
  const after = numbers.filter(({ id }) => id > lastId);
  const before = numbers.filter(({ id }) => id <= lastId);
  return [...after, ...before].slice(0, count);
}
