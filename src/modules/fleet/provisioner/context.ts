import type { Kysely } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { SecretBox } from '../../../platform/crypto/secret-box.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import type { BackendFigures, Backends } from '../../backends/index.ts';
import type { Databases } from './databases.ts';
import type { ScaleSettings } from './decide-scale.ts';
import type { Lease } from './lease-of-one.ts';
import type { EngineServer, ServerDriver } from './server-driver.ts';

export type RetrySettings = { minMs: number; maxMs: number };

export type ProvisionerSettings = ScaleSettings & {
  image: string;
  ports: { from: number; to: number };
  /** Where we reach a server, with `{name}` and `{port}` in it. */
  serverUrl: string;
  /** Further settings of the servers. */
  environment: Readonly<Record<string, string>>;
  /** Milliseconds that volume and database stay after their server went. */
  keepDataMs: number;
  /** Milliseconds in which a server must answer after its start. */
  startWithinMs: number;
  /** Milliseconds without an answer after which one that runs is replaced. */
  hungForMs: number;
  /** Milliseconds after which a replacement counts as one that lasts. */
  stableForMs: number;
  /** Milliseconds for which free capacity must be short before a server is started. */
  shortForMs: number;
  /** Milliseconds between two looks at processor and memory. */
  measureEveryMs: number;
  startRetry: RetrySettings;
  replaceRetry: RetrySettings;
};

/** What the steps work with. */
export type Context = {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  secretBox: SecretBox;
  installationId: string;
  backends: Pick<Backends, 'pool'>;
  driver: ServerDriver;
  /** Undefined: servers have the database that the settings name, if any. */
  databases: Databases | undefined;
  settings: ProvisionerSettings;
  /** Ports on which somebody else listens, and when that was found; monotonic milliseconds. */
  refusedPorts: Map<number, number>;
  /** Why a server does not serve; undefined: it does. */
  ailmentOf(url: string, apiKey: string): Promise<string | undefined>;
};

/** One look at everything, and the right to act on it. */
export type Round = {
  lease: Lease;
  /** By the names of their rows. */
  engineServers: ReadonlyMap<string, EngineServer>;
  pool: readonly BackendFigures[];
  /** Nothing may be removed. */
  isOnHold: boolean;
};

/** Milliseconds to wait after so many failures in a row. */
export function retryAfterMs({ minMs, maxMs }: RetrySettings, failures: number): number {
  return Math.min(maxMs, minMs * 2 ** Math.min(Math.max(failures - 1, 0), 20));
}
