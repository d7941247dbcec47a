import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import type { Logger } from '../../platform/logger.ts';
import { createMetrics, type Metrics } from '../../platform/metrics/metrics.ts';
import { within } from '../../platform/within.ts';
import type { DB } from '../../schema.ts';
import { createSendMetrics } from './backends-metrics.ts';
import { listKnown, upsertBackend } from './backends-system.ts';
import type { BreakerOptions } from './breaker.ts';
import { createChangeBackend, createHoldBackend, createRemoveBackend } from './change-backend.ts';
import { createFollower, type Follower } from './follow.ts';
import { createJoinBackend } from './join-backend.ts';
import { type BackendFigures, findFigures, listFigures } from './overview-system.ts';
import { createProbe } from './probe.ts';
import { endTrip, recordTrip } from './probes-system.ts';
import { apiKeyContext, type Backend, backendUnavailable, createRegistry } from './registry.ts';

export { askBackendFigures } from './backends-metrics.ts';
export type { Hold } from './backends-system.ts';
export type { BackendChange } from './change-backend.ts';
export type { JoinInput } from './join-backend.ts';
export { readLabels } from './labels.ts';
export type { BackendFigures } from './overview-system.ts';

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
  /** When sends that fail shut a backend's numbers off, and how often one is tried then. */
  breaker?: BreakerOptions;
  metrics?: Metrics;
}) {
  const { db, logger, metrics = createMetrics() } = deps;
  const sendMetrics = createSendMetrics(metrics);
  const registry = createRegistry({
    ...deps,
    sendMetrics,
    onOpen: (id) => keep(trip(id)),
    onClose: (id) => keep(untrip(id)),
  });
  const probe = createProbe({ ...deps, registry });
  const underWay = new Set<Promise<void>>();
  let follower: Follower | undefined;

  // Sends say it sooner than the next round; what the probe finds is the more exact word.
  async function trip(id: number): Promise<void> {
    logger.warn({ event: 'backend_tripped', backend_id: id }, 'sends to a backend fail; its numbers are refused');
    await recordTrip(db, id, 'several sends in a row did not reach it or had no answer in time');
    await probe.probeOne(id);
  }

  async function untrip(id: number): Promise<void> {
    logger.warn({ event: 'backend_untripped', backend_id: id }, 'a send reached the backend; its numbers may send');
    await endTrip(db, id);
    await probe.probeOne(id);
  }

  function keep(work: Promise<void>): void {
    const kept = work
      .catch((error) => logger.warn({ event: 'trip_not_recorded', err: error }, 'trip of a backend not recorded'))
      .finally(() => underWay.delete(kept));
    underWay.add(kept);
  }

  /** The other processes read it within 2 s. */
  function thenRefresh<Args extends unknown[], T>(
    change: (...args: Args) => Promise<T>,
  ): (...args: Args) => Promise<T> {
    return async (...args) => {
      const result = await change(...args);
      await registry.refresh();
      return result;
    };
  }

  return {
    /** Operators' doings. Each holds here at once and in the other processes within 2 s. */
    pool: {
      join: thenRefresh(createJoinBackend(deps)),
      change: thenRefresh(createChangeBackend(deps)),
      hold: thenRefresh(createHoldBackend(deps)),
      remove: thenRefresh(createRemoveBackend(deps)),
      list: (): Promise<BackendFigures[]> => listFigures(db),
      find: (id: number): Promise<BackendFigures | undefined> => findFigures(db, id),
    },
    /**
     * Adds backends whose URL is new and renews the key of the others; none is ever removed by this. What an operator
     * removed stays so, and a key that an operator gave stays.
     */
    async join(backends: readonly JoiningBackend[]): Promise<void> {
      const known = new Map((await listKnown(deps.db)).map((row) => [row.url, row]));
      for (const { url, apiKey, capacity, isSandbox } of backends) {
        const row = known.get(url);
        if (row?.isRemoved === true) {
          logger.warn({ event: 'backend_stays_removed', url }, 'the settings name a backend that an operator removed');
          continue;
        }
        if (row?.keyFrom === 'operator') continue;
        if (row !== undefined && deps.secretBox.open(row.apiKeySealed, apiKeyContext(url)) === apiKey) continue;
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
     * Reads the table every `intervalMs`, 2 s at most, and every second while a backend does not serve, until closed: in each process,
     * since the probes of a round run in one of them only.
     */
    follow(intervalMs: number): void {
      follower ??= createFollower({ registry, logger: deps.logger, intervalMs });
    },
    /** The backend whatever its state. Throws `backend_unavailable` when it is not in the pool. */
    backendOf: (id: number): Promise<Backend> => registry.require(id),
    /**
     * The backend, fit for a send. Throws `backend_unavailable` when it is known to be down, or when sends to it fail.
     */
    async requireUsable(id: number): Promise<Backend> {
      const backend = await registry.require(id);
      if (backend.state === 'down' || backend.state === 'license_required') throw backendUnavailable();
      if (!backend.admits()) throw backendUnavailable();
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
      await within(withinMs, Promise.all([follower?.close(), ...underWay]));
      await Promise.all([registry.close(withinMs), within(withinMs, probe.close())]);
    },
  };
}
