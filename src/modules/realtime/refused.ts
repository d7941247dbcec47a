import { databaseUnavailable } from '../../platform/database/batch.ts';
import { isDatabaseTrouble } from '../../platform/database/failures.ts';
import { DomainError } from '../../platform/errors.ts';

/** What a client reads of it: `message`, and `data` of a `connect_error`. */
export type Refusal = Error & { data: { code: string; retry_after?: number } };

export function refused(code: string, sentence: string): Refusal {
  return Object.assign(new Error(sentence), { data: { code } });
}

/** What may be told of an error; undefined where nobody foresaw it. */
export function toRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Error && 'data' in error) return error as Refusal;
  const known =
    error instanceof DomainError ? error : isDatabaseTrouble(error) ? databaseUnavailable(error) : undefined;
  if (known === undefined) return undefined;
  const { retryAfterSeconds } = known;
  const retry = retryAfterSeconds === undefined ? {} : { retry_after: retryAfterSeconds };
  return Object.assign(new Error(known.message), { data: { code: known.code, ...retry } });
}
