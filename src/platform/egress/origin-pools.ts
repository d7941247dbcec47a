import { type buildConnector, Pool } from 'undici';
import { endedByUs } from './errors.ts';

export type OriginPools = {
  /** The origin's connections, not to be closed until `release`. */
  acquire(origin: string): { pool: Pool; release(): void };
  readonly size: number;
  close(): Promise<void>;
};

/**
 * One small connection pool per origin, the least recently used forgotten first, so that a million receivers cost no
 * more memory than `originsMax` of them. Pools at work are never forgotten: there may be more than that many while
 * more than that many are asked at once.
 */
export function createOriginPools(options: { connect: buildConnector.connector; originsMax: number }): OriginPools {
  // A Map keeps insertion order: re-inserting on every use makes its first entry the one unused longest.
  const entries = new Map<string, Entry>();
  const closing = new Set<Promise<void>>();

  function acquire(origin: string): { pool: Pool; release(): void } {
    const entry = entries.get(origin) ?? { pool: createPool(origin, options.connect), uses: 0 };
    entries.delete(origin);
    entries.set(origin, entry);
    entry.uses += 1;
    forgetUnused();
    return {
      pool: entry.pool,
      release() {
        entry.uses -= 1;
        forgetUnused();
      },
    };
  }

  function forgetUnused(): void {
    if (entries.size <= options.originsMax) return;
    for (const [origin, entry] of entries) {
      if (entry.uses > 0) continue;
      entries.delete(origin);
      destroy(entry.pool);
      if (entries.size <= options.originsMax) return;
    }
  }

  function destroy(pool: Pool): void {
    const done = pool.destroy(endedByUs()).finally(() => {
      closing.delete(done);
    });
    closing.add(done);
  }

  return {
    acquire,
    get size() {
      return entries.size;
    },
    async close() {
      for (const { pool } of entries.values()) destroy(pool);
      entries.clear();
      await Promise.all(closing);
    },
  };
}

type Entry = { pool: Pool; uses: number };

function createPool(origin: string, connect: buildConnector.connector): Pool {
  return new Pool(origin, {
    connect,
    connections: 64,
    pipelining: 1,
    allowH2: false,
    maxHeaderSize: 16 * 1024,
    // A receiver may ask for minutes; an idle socket per stranger is not worth a saved handshake that late.
    keepAliveTimeout: 3_000,
    keepAliveMaxTimeout: 3_000,
    // The exchange's own deadline covers both, and also ends a drip, which these never do.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
