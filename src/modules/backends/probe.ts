import type { Kysely } from 'kysely';
import { EvolutionError } from '../../evolution/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { within } from '../../platform/within.ts';
import type { DB } from '../../schema.ts';
import { type ProbeResult, recordProbe, recordVersion } from './backends-system.ts';
import type { Backend, Registry } from './registry.ts';

export type Probe = {
  /** Probes every backend that no earlier probe is still waiting for, and waits for them, a second at most. */
  probeAll(): Promise<void>;
  /** Waits for the probes on their way. */
  close(): Promise<void>;
};

/** How the simulated server calls itself. */
const sandboxClientName = 'evofleet-sandbox';

// One that hangs must not keep the others from their next turn.
const waitAtMostMs = 1_000;

/**
 * Asks every backend for the state of an instance that does not exist, which reads its memory only, and records who
 * answers. Before a backend becomes active it must show that it knows our key; then it is asked for its version.
 */
export function createProbe(deps: { db: Kysely<DB>; registry: Registry; clock: Clock; logger: Logger }): Probe {
  const flights = new Map<number, Promise<void>>();

  async function probeOne(backend: Backend): Promise<void> {
    const isComing = backend.version === null || ['joining', 'degraded', 'down'].includes(backend.state);
    const result = await probe(backend, isComing);
    if (result.good && isComing) await askVersion(backend);
    await recordProbe(deps.db, result);
    if (result.good !== (backend.state !== 'down')) {
      deps.logger.warn(
        {
          event: result.good ? 'backend_up' : 'backend_down',
          backend_id: backend.id,
          reason: result.good ? undefined : result.reason,
        },
        result.good ? 'backend up' : 'backend down',
      );
    }
  }

  async function probe(backend: Backend, isComing: boolean): Promise<ProbeResult> {
    const startedAt = deps.clock.monotonicMs();
    try {
      await backend.probing.probe();
      const latencyMs = deps.clock.monotonicMs() - startedAt;
      // The probe does not prove the key: existence is looked up before it there.
      if (isComing) await backend.probing.verifyCredentials();
      return { id: backend.id, good: true, latencyMs };
    } catch (error) {
      return { id: backend.id, good: false, reason: error instanceof EvolutionError ? error.message : 'probe failed' };
    }
  }

  async function askVersion(backend: Backend): Promise<void> {
    const found = await backend.probing.version().then(
      ({ version, clientName }) => ({ version, isSandbox: clientName === sandboxClientName }),
      () => ({ version: backend.version ?? 'unknown', isSandbox: backend.isSandbox }),
    );
    await recordVersion(deps.db, backend.id, found);
  }

  function start(backend: Backend): Promise<void> {
    const flight = probeOne(backend)
      .catch((error) =>
        deps.logger.warn({ event: 'probe_not_recorded', backend_id: backend.id, err: error }, 'probe not recorded'),
      )
      .finally(() => flights.delete(backend.id));
    flights.set(backend.id, flight);
    return flight;
  }

  return {
    async probeAll() {
      await deps.registry.refresh();
      const due = deps.registry.all().filter((backend) => !flights.has(backend.id));
      await within(waitAtMostMs, Promise.all(due.map(start)));
      await deps.registry.refresh();
    },
    async close() {
      await Promise.all(flights.values());
    },
  };
}
