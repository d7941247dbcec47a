import type { Pool } from 'pg';
import { Batch } from '../../platform/database/batch.ts';
import { DomainError } from '../../platform/errors.ts';
import { insertCalls, type NewCall } from './inbound-calls-system.ts';

export type AppendCall = AsyncDisposable & { add(call: NewCall): Promise<void> };

const bytesUnderWayMax = 64 * 1_048_576;

/**
 * Commits calls in groups. A storm is shed with `overloaded`, by the length of the line or by the bytes that wait
 * in it: the backend calls again, and nothing that was answered is lost.
 */
export function createAppendCall(deps: { pool: Pool }): AppendCall {
  const batch = new Batch<NewCall, undefined>({
    name: 'inbound',
    pool: deps.pool,
    ownerOf: (call) => call.phoneNumberId,
    bytesOf: (call) => call.body.byteLength,
    write: insertCalls,
  });
  let bytesUnderWay = 0;
  return {
    async add(call) {
      const bytes = call.body.byteLength;
      if (bytesUnderWay > 0 && bytesUnderWay + bytes > bytesUnderWayMax) throw tooManyBytes();
      bytesUnderWay += bytes;
      try {
        await batch.add(call);
      } finally {
        bytesUnderWay -= bytes;
      }
    },
    [Symbol.asyncDispose]: () => batch[Symbol.asyncDispose](),
  };
}

function tooManyBytes(): DomainError {
  return new DomainError('overloaded', 'Too many calls are waiting to be stored. Try again shortly.', {
    kind: 'unavailable',
    retryAfterSeconds: 1,
  });
}
