import type { Logger } from '../../platform/logger.ts';
import type { BackendState } from './backends-system.ts';
import type { Registry } from './registry.ts';

export type Follower = { close(): Promise<void> };

// A backend that is back should serve in every process within this time,
const lookAfterMs = 1_000;
// and what an operator or a probe changes should hold in all of them well within 5 s.
const lookAtLeastEveryMs = 2_000;

/**
 * Keeps this process's picture of the pool up to date, whichever process probes: reads the table every `intervalMs`, 2 s
 * at most, and every second while a backend does not serve or none is known. While the database is away the picture stays as it was.
 */
export function createFollower(deps: {
  registry: Pick<Registry, 'refresh' | 'all'>;
  logger: Logger;
  intervalMs: number;
}): Follower {
  const { registry, logger, intervalMs } = deps;
  let readAt = performance.now();
  let reading: Promise<void> | undefined;
  let isAway = false;

  async function read(): Promise<void> {
    try {
      await registry.refresh();
      isAway = false;
    } catch (error) {
      if (!isAway) logger.warn({ event: 'pool_not_read', err: error }, 'pool not read; the last picture holds');
      isAway = true;
    }
  }

  function look(): void {
    if (reading !== undefined) return;
    if (doAllServe(registry) && performance.now() - readAt < Math.min(intervalMs, lookAtLeastEveryMs)) return;
    readAt = performance.now();
    reading = read().finally(() => {
      reading = undefined;
    });
  }

  const timer = setInterval(look, Math.min(lookAfterMs, intervalMs));

  return {
    async close() {
      clearInterval(timer);
      await reading;
    },
  };
}

function doAllServe(registry: Pick<Registry, 'all'>): boolean {
  const all = registry.all();
  return all.length > 0 && all.every(({ state, failures }) => failures === 0 && steady.includes(state));
}

const steady: readonly BackendState[] = ['active', 'cordoned', 'draining'];
