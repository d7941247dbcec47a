import { DomainError } from '../../platform/errors.ts';

/** The days of a span that a caller asked for, both included, as `YYYY-MM-DD`. */
export type Span = { startDate: string; endDate: string };

const dayMs = 86_400_000;
const spanDaysMax = 366;
const spanDaysUsual = 30;

/**
 * The span between two given days; without an end it ends today, without a start it has 30 days. Throws
 * `invalid_request` for days that no calendar has and for spans of less than 1 or more than 366 days.
 */
export function spanOf(asked: Partial<Span>, today: string): Span {
  const endDate = asked.endDate ?? today;
  const end = requireDay('end_date', endDate);
  const startDate = asked.startDate ?? dayOf(end - (spanDaysUsual - 1) * dayMs);
  const start = requireDay('start_date', startDate);
  if (start > end) throw invalid('start_date must not be after end_date.');
  if ((end - start) / dayMs >= spanDaysMax) throw invalid(`The span has more than ${spanDaysMax} days.`);
  return { startDate, endDate };
}

function requireDay(field: string, day: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // Postgres has no year 0, and JavaScript rolls some impossible days over into the next month.
  if (Number.isNaN(ms) || dayOf(ms) !== day || day.startsWith('0000')) {
    throw invalid(`${field} must be a day of the calendar, YYYY-MM-DD.`);
  }
  return ms;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function invalid(sentence: string): DomainError {
  return new DomainError('invalid_request', sentence, { kind: 'invalid' });
}
