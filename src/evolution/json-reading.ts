/** Careful reading of JSON nobody vouches for: a missing or wrong-typed field is undefined. */
export type Json = Record<string, unknown>;

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function recordAt(record: Json, key: string): Json | undefined {
  const value = own(record, key);
  return isRecord(value) ? value : undefined;
}

/** A string that is not empty. */
export function stringAt(record: Json, key: string): string | undefined {
  const value = own(record, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberAt(record: Json, key: string): number | undefined {
  const value = own(record, key);
  return typeof value === 'number' ? value : undefined;
}

export function booleanAt(record: Json, key: string): boolean | undefined {
  const value = own(record, key);
  return typeof value === 'boolean' ? value : undefined;
}

export function dateOf(value: unknown): Date | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? null : date;
}

function own(record: Json, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
