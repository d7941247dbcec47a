import type { Kysely } from 'kysely';
import type { Pool } from 'undici';
import {
  createEvolutionClient,
  type EvolutionActions,
  type EvolutionClient,
  type FleetReads,
} from '../../evolution/client.ts';
import type { EvolutionReads } from '../../evolution/client-reads.ts';
import type { SendOutcome } from '../../evolution/outcome.ts';
import { createEvolutionPool } from '../../evolution/pool.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import { DomainError } from '../../platform/errors.ts';
import { within } from '../../platform/within.ts';
import type { DB } from '../../schema.ts';
import type { SendMetrics } from './backends-metrics.ts';
import { type BackendRow, type BackendState, listBackends } from './backends-system.ts';
import { type BreakerOptions, createBreaker, type Verdict } from './breaker.ts';

export type Backend = {
  id: number;
  url: string;
  state: BackendState;
  isSandbox: boolean;
  version: string | null;
  /** Bad probes since the last good one. */
  failures: number;
  /** Good probes in a row, counted up to 2. */
  goodProbes: number;
  stateReason: string | null;
  /** For messages alone: connections that nothing slower holds. */
  sends: Pick<EvolutionClient, 'send'>;
  /** For what is done to messages and chats beside sending. */
  actions: EvolutionActions;
  /** For chats, groups and profiles: connections of their own, so that slow answers hold nothing else up. */
  reads: EvolutionReads;
  /** For calls about instances, which may hold a connection for many seconds. */
  control: EvolutionClient;
  /** For looking over all its instances: few connections and short deadlines, so that it takes little of its time. */
  fleet: FleetReads;
  /** For probes alone, so that a busy backend does not look like a dead one. */
  probing: Pick<EvolutionClient, 'probe' | 'verifyCredentials' | 'version'>;
  /**
   * Whether something may be asked of it now: false while several sends in a row did not reach it or had no answer, here
   * or in another process. Answering yes in spite of that lets one through, so ask only right before a call.
   */
  admits(): boolean;
};

export type Registry = ReturnType<typeof createRegistry>;

type Entry = Backend & {
  apiKeySealed: string;
  isTripped: boolean;
  apiKey: string;
  forgetFailures(): void;
  close(withinMs: number): Promise<void>;
};

// It reads memory only there: a server that takes longer hangs.
const probeWithinMs = 3_000;
const readsMax = 24;
const looksMax = 8;

/** How a backend's key is bound to its row, so that a ciphertext opens nowhere else. */
export function apiKeyContext(url: string): string {
  return `backend key of ${url}`;
}

/**
 * This process's picture of the pool: the table's rows with a client each. It is read anew at the probe's interval, so
 * what another process or an operator changes holds here within that time; without the database it stays as it was.
 */
export function createRegistry(deps: {
  db: Kysely<DB>;
  secretBox: SecretBox;
  clock: Pick<Clock, 'monotonicMs'>;
  readTimeoutMs: number;
  connectTimeoutMs?: number;
  breaker?: BreakerOptions | undefined;
  sendMetrics: SendMetrics;
  /** Sends to it fail in this process; called again with each trial that does. */
  onOpen(id: number): void;
  onClose(id: number): void;
}) {
  const entries = new Map<number, Entry>();
  let loading: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    loading ??= load().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  async function load(): Promise<void> {
    const rows = await listBackends(deps.db);
    const ids = new Set(rows.map((row) => row.id));
    for (const row of rows) {
      const known = entries.get(row.id);
      // Every process that starts seals the key anew, which reads differently each time.
      const apiKey =
        known?.url === row.url && known.apiKeySealed === row.apiKeySealed
          ? known.apiKey
          : deps.secretBox.open(row.apiKeySealed, apiKeyContext(row.url));
      if (known?.url === row.url && known.apiKey === apiKey) {
        // Probes have seen it go and come: what sends found before says nothing any more.
        if (known.state === 'down' && row.state !== 'down') known.forgetFailures();
        Object.assign(known, row);
      } else entries.set(row.id, open(row, apiKey));
    }
    // A client that is replaced or gone is left open: somebody may be about to call on it, and its idle connections
    // end by themselves.
    for (const id of entries.keys()) if (!ids.has(id)) entries.delete(id);
  }

  function open(row: BackendRow, apiKey: string): Entry {
    const { connectTimeoutMs, readTimeoutMs } = deps;
    const pools: Pool[] = [];
    const client = (connections: number | undefined, withinMs: number) => {
      const dispatcher = createEvolutionPool(row.url, connections === undefined ? {} : { connections });
      pools.push(dispatcher);
      const timeouts = { readTimeoutMs: withinMs, ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }) };
      return createEvolutionClient({ baseUrl: row.url, apiKey, dispatcher, ...timeouts });
    };
    const sends = client(undefined, readTimeoutMs);
    const control = client(64, readTimeoutMs);
    const { reads } = client(readsMax, readTimeoutMs);
    const { fleet } = client(looksMax, Math.min(readTimeoutMs, probeWithinMs));
    const poolsOfCalls = [...pools];
    const probing = client(2, Math.min(readTimeoutMs, probeWithinMs));
    const breaker = createBreaker({
      clock: deps.clock,
      ...deps.breaker,
      onOpen: () => deps.onOpen(row.id),
      onClose() {
        entry.isTripped = false;
        deps.onClose(row.id);
      },
    });
    const entry: Entry = {
      ...row,
      apiKey,
      forgetFailures: breaker.reset,
      sends: {
        send: (input) => breaker.watch(() => deps.sendMetrics.watch(input.content.kind, sends.send(input)), verdictOf),
      },
      admits: () => (breaker.isOpen() ? breaker.admits() : !entry.isTripped),
      actions: control,
      reads,
      control,
      fleet,
      probing,
      async close(withinMs) {
        if (await within(withinMs, Promise.all(pools.map((pool) => pool.close())))) return;
        // A probe that we broke off would count against the backend; it ends soon by itself.
        await Promise.allSettled(poolsOfCalls.map((pool) => pool.destroy()));
      },
    };
    return entry;
  }

  async function require(id: number): Promise<Backend> {
    if (!entries.has(id)) await refresh();
    const entry = entries.get(id);
    if (entry === undefined) throw backendUnavailable();
    return entry;
  }

  return {
    refresh,
    all: (): readonly Backend[] => [...entries.values()],
    require,
    async close(withinMs: number): Promise<void> {
      await Promise.allSettled([...entries.values()].map((entry) => entry.close(withinMs)));
      entries.clear();
    },
  };
}

// A connection that breaks off says little: our own end breaks off calls as well.
function verdictOf(outcome: SendOutcome): Verdict {
  if (outcome.kind === 'not_sent') return outcome.code === 'backend_unreachable' ? 'failed' : 'reached';
  if (outcome.kind !== 'unknown') return 'reached';
  if (outcome.reason === 'timeout') return 'failed';
  return outcome.reason === 'connection_lost' ? 'says_nothing' : 'reached';
}

/** The backend of a phone number cannot be reached; nothing was sent and no unit was used. */
export function backendUnavailable(cause?: unknown): DomainError {
  return new DomainError('backend_unavailable', 'The backend of this phone number cannot be reached right now.', {
    kind: 'unavailable',
    retryAfterSeconds: 5,
    cause,
  });
}
