import type { Kysely } from 'kysely';
import { EvolutionError, type EvolutionErrorKind, saysNoLicense } from '../../evolution/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { within } from '../../platform/within.ts';
import type { DB } from '../../schema.ts';
import type { BackendState } from './backends-system.ts';
import { type BadProbe, type GoodProbe, type ProbeResult, recordProbe } from './probes-system.ts';
import type { Backend, Registry } from './registry.ts';
import { unsupportedReason } from './supported-version.ts';

export type Probe = {
  /** Probes every backend that no earlier probe is still waiting for, and waits for them, a second at most. */
  probeAll(): Promise<void>;
  /** The same for those that do not serve, so that one that is back serves soon; costs nothing while all do. */
  probeAbsent(): Promise<void>;
  /** Probes this one now, and reads the table anew; for doubts that should not wait for a round. */
  probeOne(id: number): Promise<void>;
  /** Waits for the probes on their way. */
  close(): Promise<void>;
};

/** How the simulated server calls itself. */
export const sandboxClientName = 'evofleet-sandbox';

// One that hangs must not keep the others from their next turn.
const waitAtMostMs = 1_000;

/**
 * Asks every backend for the state of an instance that does not exist, which reads its memory only, and whether it knows
 * our key, and records who answers. One that becomes active, or was too old, is asked for its version.
 */
export function createProbe(deps: { db: Kysely<DB>; registry: Registry; clock: Clock; logger: Logger }): Probe {
  const flights = new Map<number, Promise<void>>();
  const lastReasons = new Map<number, string>();

  async function probeAndRecord(backend: Backend): Promise<void> {
    const result = await probe(backend);
    await recordProbe(deps.db, result);
    tell(backend, result);
  }

  // Once when it goes, once when it comes, and when it is gone for another reason than before.
  function tell(backend: Backend, result: ProbeResult): void {
    const facts = { backend_id: backend.id, url: backend.url };
    const isGood = result.kind === 'good';
    const reason = isGood ? result.unsupported : result.reason;
    if (reason === null) {
      // The first good probe after an outage is not believed yet.
      if (backend.state === 'down' && backend.goodProbes === 0) return;
      if (lastReasons.delete(backend.id) || backend.state === 'down') {
        deps.logger.warn({ event: 'backend_up', ...facts }, 'backend up');
      }
      return;
    }
    if (lastReasons.get(backend.id) === reason) return;
    if (result.kind === 'doubtful' && backend.state !== 'down' && backend.failures === 0) {
      deps.logger.warn({ event: 'backend_doubtful', ...facts, reason }, 'backend doubtful: a probe failed');
      return;
    }
    lastReasons.set(backend.id, reason);
    if (isGood) deps.logger.warn({ event: 'backend_unsupported', ...facts, reason }, 'backend unsupported');
    else deps.logger.warn({ event: 'backend_down', ...facts, reason }, 'backend down');
  }

  async function probe(backend: Backend): Promise<ProbeResult> {
    const startedAt = deps.clock.monotonicMs();
    try {
      await backend.probing.probe();
      const latencyMs = deps.clock.monotonicMs() - startedAt;
      // The probe does not prove the key: existence is looked up before it there.
      await backend.probing.verifyCredentials();
      const wasUnsupported = unsupportedReason(backend.version) !== null;
      // It may have been upgraded while it was away; one that was only slow has not.
      const isBack = backend.state === 'down' && backend.goodProbes > 0;
      const isComing = backend.version === null || backend.state === 'joining' || isBack || wasUnsupported;
      const found = isComing ? await askVersion(backend) : undefined;
      const unsupported = unsupportedReason(found?.version ?? backend.version);
      return { id: backend.id, kind: 'good', latencyMs, unsupported, wasUnsupported, ...(found && { found }) };
    } catch (error) {
      return { id: backend.id, ...badnessOf(error) };
    }
  }

  function askVersion(backend: Backend): Promise<NonNullable<GoodProbe['found']>> {
    return backend.probing.version().then(
      ({ version, clientName }) => ({ version, isSandbox: clientName === sandboxClientName }),
      () => ({ version: backend.version ?? 'unknown', isSandbox: backend.isSandbox }),
    );
  }

  function start(backend: Backend): Promise<void> {
    const flight = probeAndRecord(backend)
      .catch((error) =>
        deps.logger.warn({ event: 'probe_not_recorded', backend_id: backend.id, err: error }, 'probe not recorded'),
      )
      .finally(() => flights.delete(backend.id));
    flights.set(backend.id, flight);
    return flight;
  }

  async function probeSome(isWanted: (backend: Backend) => boolean): Promise<void> {
    const due = deps.registry.all().filter((backend) => isWanted(backend) && !flights.has(backend.id));
    const probes = Promise.all(due.map(start));
    const areAllHere = await within(waitAtMostMs, probes);
    await deps.registry.refresh();
    // What the slow ones bring must not wait for the next round.
    if (!areAllHere) void probes.then(deps.registry.refresh).catch(() => undefined);
  }

  return {
    async probeAll() {
      await deps.registry.refresh();
      await probeSome(() => true);
    },
    async probeAbsent() {
      if (deps.registry.all().some(isAbsent)) await probeSome(isAbsent);
    },
    async probeOne(id) {
      const backend = deps.registry.all().find((each) => each.id === id);
      if (backend === undefined) return;
      await (flights.get(id) ?? start(backend));
      await deps.registry.refresh();
    },
    async close() {
      await Promise.all(flights.values());
    },
  };
}

const absent: readonly BackendState[] = ['joining', 'degraded', 'down'];

function isAbsent(backend: Backend): boolean {
  return absent.includes(backend.state) || backend.failures > 0;
}

// A slow or broken answer may be chance; a refused connection, a wrong key or a foreign answer is none.
const doubtful: readonly EvolutionErrorKind[] = ['timeout', 'connection_lost', 'failed'];

function badnessOf(error: unknown): Pick<BadProbe, 'kind' | 'reason'> {
  if (!(error instanceof EvolutionError)) return { kind: 'doubtful', reason: 'probe failed' };
  if (saysNoLicense(error)) {
    return { kind: 'license', reason: 'it answers that it has no license: activate it in its manager' };
  }
  if (error.kind === 'unauthorized') return { kind: 'dead', reason: `${error.message}: our key is not its global one` };
  return { kind: doubtful.includes(error.kind) ? 'doubtful' : 'dead', reason: error.message };
}
