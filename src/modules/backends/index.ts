import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { upsertBackend } from './backends-system.ts';
import { createProbe } from './probe.ts';
import { apiKeyContext, type Backend, backendUnavailable, createRegistry } from './registry.ts';

export { confirm, type Reservation, release, replaceReservation, reserve, unassign } from './placement.ts';
export { type Backend, backendUnavailable } from './registry.ts';

export type JoiningBackend = {
  /** Base URL without a trailing slash. */
  url: string;
  apiKey: string;
  /** Phone numbers at most; 500 unless said. */
  capacity?: number;
  isSandbox?: boolean;
};

export type Backends = ReturnType<typeof createBackends>;

const capacityDefault = 500;

/** The pool of Evolution API servers: who is there, who answers, and a client for each. */
export function createBackends(deps: {
  db: Kysely<DB>;
  secretBox: SecretBox;
  clock: Clock;
  logger: Logger;
  /** Milliseconds a read of a backend may take. */
  readTimeoutMs: number;
}) {
  const registry = createRegistry(deps);
  return {
    /** Adds backends whose URL is new and renews the key of the others; none is ever removed by this. */
    async join(backends: readonly JoiningBackend[]): Promise<void> {
      for (const { url, apiKey, capacity, isSandbox } of backends) {
        await upsertBackend(deps.db, {
          url,
          apiKeySealed: deps.secretBox.seal(apiKey, apiKeyContext(url)),
          capacity: capacity ?? capacityDefault,
          isSandbox: isSandbox ?? false,
        });
      }
    },
    probeAll: createProbe({ ...deps, registry }),
    refresh: registry.refresh,
    /** The backend whatever its state. Throws `backend_unavailable` when it is not in the pool. */
    backendOf: (id: number): Promise<Backend> => registry.require(id),
    /** The backend, fit for a send. Throws `backend_unavailable` when it is known to be down. */
    async requireUsable(id: number): Promise<Backend> {
      const backend = await registry.require(id);
      if (backend.state === 'down' || backend.state === 'license_required') throw backendUnavailable();
      return backend;
    },
    /** From memory, whatever is down. */
    summary(): { total: number; healthy: number } {
      const all = registry.all();
      const healthy = all.filter((backend) => ['active', 'draining', 'cordoned'].includes(backend.state)).length;
      return { total: all.length, healthy };
    },
    close: registry.close,
  };
}
