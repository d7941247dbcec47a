import { Pool } from 'undici';

/**
 * The connections to one backend. Requests above `connections` wait in the pool, and their deadline runs meanwhile.
 * Nothing is ever sent twice: no retry interceptor, no pipelining, HTTP/1.1 only (HTTP/2 would move requests between
 * streams). Idle connections end after 3 s, before the server's own 5 s, so that a send does not meet a closing one.
 */
export function createEvolutionPool(baseUrl: string, options: { connections?: number } = {}): Pool {
  return new Pool(new URL(baseUrl).origin, {
    connections: options.connections ?? 128,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 3_000,
    keepAliveMaxTimeout: 3_000,
    connect: { timeout: 3_000 },
    // Every call has a deadline of its own that covers its body too.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
