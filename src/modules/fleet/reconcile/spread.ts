/** What numbers are asked about once in several passes. */
export type SpreadQuestion = 'settings' | 'latest' | 'foreign';

/** Passes in which each has been about every number once, where the budget allows it. */
const passesUsual: Readonly<Record<SpreadQuestion, number>> = { settings: 1, latest: 10, foreign: 40 };

/** Until they are measured: milliseconds of the backend's time for one number. */
const costsUsualMs: Readonly<Record<SpreadQuestion, number>> = { settings: 3, latest: 6, foreign: 30 };

const questions: readonly SpreadQuestion[] = ['settings', 'latest', 'foreign'];

/**
 * How many numbers each question is about in one pass. Where not all fits into what is left of the budget, each is about
 * the same part of what it should be, and about one at least: it goes on in the next pass.
 */
export function spreadQuestions(input: {
  /** Numbers that a question may be about. */
  numbers: Readonly<Record<SpreadQuestion, number>>;
  budgetMs: number;
  costsMs: Readonly<Record<string, number>>;
  passes?: Partial<Record<SpreadQuestion, number>> | undefined;
}): Record<SpreadQuestion, number> {
  const passes = { ...passesUsual, ...input.passes };
  const wanted = (question: SpreadQuestion) => Math.ceil(input.numbers[question] / passes[question]);
  const costOf = (question: SpreadQuestion) => input.costsMs[question] ?? costsUsualMs[question];
  const wantedMs = questions.reduce((sum, question) => sum + wanted(question) * costOf(question), 0);
  const part = wantedMs <= input.budgetMs ? 1 : Math.max(0, input.budgetMs / wantedMs);
  const fitting = (question: SpreadQuestion) =>
    Math.min(wanted(question), Math.max(1, Math.floor(wanted(question) * part)));
  return { settings: fitting('settings'), latest: fitting('latest'), foreign: fitting('foreign') };
}

/** The next `count` in the order of ids after the one that was last, around the end. */
export function nextAfter<T extends { id: number }>(numbers: readonly T[], lastId: number, count: number): T[] {
  const after = numbers.filter(({ id }) => id > lastId);
  const before = numbers.filter(({ id }) => id <= lastId);
  return [...after, ...before].slice(0, count);
}
