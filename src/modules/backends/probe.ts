import type { Kysely } from 'kysely';
import { EvolutionError } from '../../evolution/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { type ProbeResult, recordProbe, recordVersion } from './backends-system.ts';
import type { Backend, Registry } from './registry.ts';

/** How the simulated server calls itself. */
const sandboxClientName = 'evofleet-sandbox';

/**
 * Asks every backend for the state of an instance that does not exist, which reads its memory only, and records who
 * answers. A backend must show once that it knows our key; then it is asked for its version.
 */
export function createProbe(deps: { db: Kysely<DB>; registry: Registry; clock: Clock; logger: Logger }) {
  return async function probeAll(): Promise<void> {
    await deps.registry.refresh();
    await Promise.all(deps.registry.all().map(probeOne));
    await deps.registry.refresh();
  };

  async function probeOne(backend: Backend): Promise<void> {
    const result = await probe(backend);
    if (result.good && backend.version === null) await askVersion(backend);
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
    await recordProbe(deps.db, result);
  }

  async function probe(backend: Backend): Promise<ProbeResult> {
    const startedAt = deps.clock.monotonicMs();
    try {
      await backend.probing.probe();
      const latencyMs = deps.clock.monotonicMs() - startedAt;
      // The probe does not prove the key: existence is looked up before it there.
      if (backend.version === null) await backend.probing.verifyCredentials();
      return { id: backend.id, good: true, latencyMs };
    } catch (error) {
      return { id: backend.id, good: false, reason: error instanceof EvolutionError ? error.message : 'probe failed' };
    }
  }

  async function askVersion(backend: Backend): Promise<void> {
    const found = await backend.probing.version().then(
      ({ version, clientName }) => ({ version, isSandbox: clientName === sandboxClientName }),
      () => ({ version: 'unknown', isSandbox: backend.isSandbox }),
    );
    await recordVersion(deps.db, backend.id, found);
  }
}
