import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import type { Logger } from '../../platform/logger.ts';
import { within } from '../../platform/within.ts';
import type { DB } from '../../schema.ts';
import { listBackends, upsertBackend } from './backends-system.ts';
import { createFollower, type Follower } from './follow.ts';
import { createProbe } from './probe.ts';
import { apiKeyContext, type Backend, backendUnavailable, createRegistry } from './registry.ts';

export {
  confirm,
  lockBackend,
  type PlacementWish,
  type Reservation,
  release,
  replaceReservation,
  reserve,
  unassign,
} from './placement.ts';
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
  /** Milliseconds a create or connect may take, which wait for WhatsApp; 30,000 if unset. */
  connectTimeoutMs?: number;
}) {
  const registry = createRegistry(deps);
  const probe = createProbe({ ...deps, registry });
  let follower: Follower | undefined;
  return {
    /** Adds backends whose URL is new and renews the key of the others; none is ever removed by this. */
    async join(backends: readonly JoiningBackend[]): Promise<void> {
      const known = new Map((await listBackends(deps.db)).map((row) => [row.url, row.apiKeySealed]));
      for (const { url, apiKey, capacity, isSandbox } of backends) {
        const sealed = known.get(url);
        if (sealed !== undefined && deps.secretBox.open(sealed, apiKeyContext(url)) === apiKey) continue;
        await upsertBackend(deps.db, {
          url,
          apiKeySealed: deps.secretBox.seal(apiKey, apiKeyContext(url)),
          capacity: capacity ?? capacityDefault,
          isSandbox: isSandbox ?? false,
        });
      }
    },
    /**
     * Periodic: finds out who answers and who does not, and reads the table anew. Waits for slow backends a second at
     * most; theirs is recorded when it comes. Rejects while the database is away, and leaves the picture as it was.
     */
    probeAll: probe.probeAll,
    /** Periodic, more often: the same for backends that do not serve. */
    probeAbsent: probe.probeAbsent,
    /** Reads the table anew, so that what other processes recorded holds here. Rejects while the database is away. */
    refresh: registry.refresh,
    /**
     * Reads the table every `intervalMs`, and every second while a backend does not serve, until closed: in each process,
     * since the probes of a round run in one of them only.
     */
    follow(intervalMs: number): void {
      follower ??= createFollower({ registry, logger: deps.logger, intervalMs });
    },
    /** The backend whatever its state. Throws `backend_unavailable` when it is not in the pool. */
    backendOf: (id: number): Promise<Backend> => registry.require(id),
    /** The backend, fit for a send. Throws `backend_unavailable` when it is known to be down. */
    async requireUsable(id: number): Promise<Backend> {
      const backend = await registry.require(id);
      if (backend.state === 'down' || backend.state === 'license_required') throw backendUnavailable();
      return backend;
    },
    /** How many backends there are and how many of them serve; from memory, whatever is down. */
    summary(): { total: number; healthy: number } {
      const all = registry.all();
      const healthy = all.filter(
        ({ state, failures }) => ['active', 'draining', 'cordoned'].includes(state) && failures === 0,
      );
      return { total: all.length, healthy: healthy.length };
    },
    /** From memory: each backend with its state, and why it is not active. */
    list: () => registry.all().map(({ url, state, stateReason, version }) => ({ url, state, stateReason, version })),
    /** Lets calls under way come to their end, for at most `withinMs`; those that are left break off. */
    async close(withinMs = 10_000): Promise<void> {
      await within(withinMs, Promise.resolve(follower?.close()));
      await Promise.all([registry.close(withinMs), within(withinMs, probe.close())]);
    },
  };
}
