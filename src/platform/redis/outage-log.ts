import type { Logger } from '../logger.ts';

/** Redis tells of every failed try; one line per outage, or per minute of it, is enough. */
export function createOutageLog(logger: Logger): (error: Error) => void {
  let loggedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - loggedAt < 60_000) return;
    loggedAt = performance.now();
    logger.warn({ event: 'redis_away', err: error }, 'Redis cannot be reached; rate limits hold per process');
  };
}
