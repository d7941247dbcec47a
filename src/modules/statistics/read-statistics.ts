import type { Kysely } from 'kysely';
import { notFound } from '../../platform/errors.ts';
import type { DB } from '../../schema.ts';
import { type Span, spanOf } from './calendar-days.ts';
import { type Figures, noFigures } from './figures.ts';
import { type ListedNumber, listNumbers, readToday, sumFigures } from './statistics-repository.ts';

export type StatisticsReport = Span & {
  totals: Figures;
  /** The days that have figures, oldest first. */
  daily: (Figures & { date: string })[];
  /** The numbers that are not deleted, also those without figures. */
  phoneNumbers: (Figures & ListedNumber)[];
};

/** `byPhoneNumber` false leaves the numbers out. */
export type StatisticsQuery = Partial<Span> & { phoneNumberId?: number; byPhoneNumber?: boolean };

/** Throws `invalid_request` for a bad span and `not_found` for a number that is not a live one of this user's. */
export function createReadStatistics({ db }: { db: Kysely<DB> }) {
  return async (
    userId: number,
    { phoneNumberId, byPhoneNumber = true, ...asked }: StatisticsQuery,
  ): Promise<StatisticsReport> => {
    const span = spanOf(asked, await readToday(db));
    const numbers = byPhoneNumber || phoneNumberId !== undefined ? await listNumbers(db, userId, phoneNumberId) : [];
    if (phoneNumberId !== undefined && numbers.length === 0) throw notFound('Phone number');
    const rows = await sumFigures(db, userId, span, phoneNumberId);
    const byNumber = new Map(rows.map((row) => [row.phoneNumberId, row]));
    return {
      ...span,
      totals: rows.find((row) => row.date === null && row.phoneNumberId === null) ?? noFigures,
      daily: rows.flatMap((row) => (row.date === null ? [] : [{ ...row, date: row.date }])),
      phoneNumbers: (byPhoneNumber ? numbers : []).map((number) => ({
        ...noFigures,
        ...byNumber.get(number.id),
        ...number,
      })),
    };
  };
}
