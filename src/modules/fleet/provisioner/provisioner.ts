import type { Kysely } from 'kysely';
import { createEvolutionClient } from '../../../evolution/client.ts';
import { EvolutionError } from '../../../evolution/errors.ts';
import { createEvolutionPool } from '../../../evolution/pool.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { SecretBox } from '../../../platform/crypto/secret-box.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import { within } from '../../../platform/within.ts';
import type { DB } from '../../../schema.ts';
import type { Backends } from '../../backends/index.ts';
import type { Context, ProvisionerSettings } from './context.ts';
import type { Databases } from './databases.ts';
import { createLeaseOfOne, LeaseLost } from './lease-of-one.ts';
import { createRound } from './round.ts';
import { EngineError, type ServerDriver } from './server-driver.ts';

export type ProvisionerDeps = {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  secretBox: SecretBox;
  /** In the name and the label of all that is started. */
  installationId: string;
  backends: Pick<Backends, 'pool'>;
  driver: ServerDriver;
  /** Undefined: no database is made. */
  databases: Databases | undefined;
  settings: Pick<
    ProvisionerSettings,
    'image' | 'ports' | 'serverUrl' | 'environment' | 'freeCapacityMin' | 'backendsMax' | 'capacity' | 'keepDataMs'
  > &
    Partial<ProvisionerSettings>;
};

export type Provisioner = ReturnType<typeof createProvisioner>;

const second = 1_000;
const minute = 60 * second;

const usual = {
  idleForMs: 10 * minute,
  startWithinMs: 3 * minute,
  hungForMs: 2 * minute,
  stableForMs: 10 * minute,
  shortForMs: 15 * second,
  measureEveryMs: 10 * second,
  startRetry: { minMs: 30 * second, maxMs: 30 * minute },
  replaceRetry: { minMs: 5 * second, maxMs: 10 * minute },
};

const leaseMs = 30 * second;
const askWithinMs = 3 * second;
const connections = 2;

/**
 * Starts Evolution servers when free capacity falls short, for users with servers of their own, and in the place of
 * those that died; removes those that nobody needs. All of it stands in rows: each round does the next step of each,
 * so one that is killed anywhere is gone on with by the next process.
 */
export function createProvisioner(deps: ProvisionerDeps) {
  const { logger } = deps;
  const context: Context = { ...deps, settings: { ...usual, ...deps.settings }, refusedPorts: new Map(), ailmentOf };
  const leaseOfOne = createLeaseOfOne({ ...deps, ttlMs: leaseMs });
  const doRound = createRound(context);
  let underWay: Promise<void> | undefined;
  let isClosing = false;
  let lastTrouble: string | undefined;

  async function round(): Promise<void> {
    const lease = await leaseOfOne.take();
    if (lease === undefined) return;
    // A call of the engine may take a minute.
    const heartbeat = setInterval(() => void lease.confirm().catch(() => undefined), leaseMs / 3);
    try {
      await doRound(lease, () => isClosing);
      if (lastTrouble !== undefined) logger.warn({ event: 'engine_back' }, 'the engine answers again');
      lastTrouble = undefined;
    } catch (error) {
      if (error instanceof LeaseLost) logger.warn({ event: 'provisioner_relieved' }, 'another process provisions');
      else if (error instanceof EngineError && error.kind === 'unreachable') tellOnce(error);
      else throw error;
    } finally {
      clearInterval(heartbeat);
    }
  }

  function tellOnce(error: EngineError): void {
    if (lastTrouble === undefined) logger.error({ event: 'engine_away', err: error }, 'the engine cannot be reached');
    lastTrouble = error.message;
  }

  return {
    /** Periodic, every 2 s or so: one step of whatever is to be done. Joins the round under way. */
    async round(): Promise<void> {
      if (isClosing) return;
      underWay ??= round().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    /** Whether the engine answered last; throws where it did not. */
    async checkEngine(): Promise<void> {
      await deps.driver.list();
    },
    /** Lets the step under way come to its end, and another process act at once. */
    async close(withinMs = 20_000): Promise<void> {
      isClosing = true;
      if (await within(withinMs, Promise.resolve(underWay))) await leaseOfOne.release();
    },
  };
}

async function ailmentOf(baseUrl: string, apiKey: string): Promise<string | undefined> {
  const dispatcher = createEvolutionPool(baseUrl, { connections });
  try {
    const client = createEvolutionClient({ baseUrl, apiKey, dispatcher, readTimeoutMs: askWithinMs });
    await client.probe();
    await client.verifyCredentials();
    return undefined;
  } catch (error) {
    return error instanceof EvolutionError ? error.message : 'it cannot be asked';
  } finally {
    void dispatcher.destroy();
  }
}
