import { DomainError } from './errors.ts';

/** Where a page of a list ordered by (created_at, id) ends. */
export type Cursor<Id extends string | number> = { createdAt: Date; id: Id };

/**
 * Cuts a page out of rows that were read one past its limit, and tells where the next page begins; null when this one
 * is the last.
 */
export function cutPage<Id extends string | number, Row extends Cursor<Id>>(
  rows: readonly Row[],
  limit: number,
): { page: Row[]; next: Cursor<Row['id']> | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const isLast = rows.length <= limit || last === undefined;
  return { page, next: isLast ? null : { createdAt: last.createdAt, id: last.id } };
}

export function encodeCursor(cursor: Cursor<string | number>): string {
  return Buffer.from(`${cursor.createdAt.toISOString()} ${cursor.id}`).toString('base64url');
}

/** Throws `invalid_request` for text that no page gave. */
export function decodeCursor(text: string): Cursor<string> {
  const [time, id] = Buffer.from(text, 'base64url').toString('utf8').split(' ');
  const createdAt = new Date(time ?? '');
  // Postgres knows no year 0 and JavaScript writes years past 9999 in a form of its own.
  const isTime = /^\d{4}-\d\d-\d\dT/.test(time ?? '') && createdAt.getUTCFullYear() > 0;
  if (id === undefined || !/^[0-9a-f-]{1,36}$/.test(id) || !isTime) {
    throw notFromAList();
  }
  return { createdAt, id };
}

/** The same, for lists whose ids are UUIDs. Throws `invalid_request` for text that no page of such a list gave. */
export function decodeUuidCursor(text: string): Cursor<string> {
  const cursor = decodeCursor(text);
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor.id)) return cursor;
  throw notFromAList();
}

/** The same, for lists whose ids are numbers. */
export function decodeNumericCursor(text: string): Cursor<number> {
  const { createdAt, id } = decodeCursor(text);
  const number = Number(id);
  if (Number.isSafeInteger(number)) return { createdAt, id: number };
  throw notFromAList();
}

function notFromAList(): DomainError {
  return new DomainError('invalid_request', 'cursor: not one that a list gave.', { kind: 'invalid' });
}
