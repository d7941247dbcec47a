import type { Pool } from 'pg';
import { Batch, type BatchObserver } from '../../platform/database/batch.ts';
import { insertCalls, type NewCall } from './inbound-calls-system.ts';

/** Commits calls in groups. A storm is shed with `overloaded`: the backend calls again, and nothing answered is lost. */
export function createAppendBatch(deps: {
  pool: Pool;
  observer?: BatchObserver | undefined;
}): Batch<NewCall, undefined> {
  return new Batch<NewCall, undefined>({
    name: 'inbound',
    pool: deps.pool,
    ownerOf: (call) => call.phoneNumberId,
    bytesOf: (call) => call.body.byteLength,
    write: insertCalls,
    observer: deps.observer,
  });
}
