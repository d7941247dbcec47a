import { DomainError } from '../../../platform/errors.ts';
import { type Context, type Round, retryAfterMs } from './context.ts';
import { isEmpty } from './decide-scale.ts';
import { changeProvisioned, type ProvisionedServer } from './provisioned-system.ts';
import { countLiveNumbers, isSucceeded } from './provisioning-reads-system.ts';

/** Why a server that is drained is, where it was our own choice. */
export const notNeeded = 'not needed: enough stays free without it';

/** Takes one that is drained out of the pool, once it has no number and no reservation. */
export async function retireServer(context: Context, round: Round, server: ProvisionedServer): Promise<void> {
  const { backends, db } = context;
  const { lease } = round;
  const backend = round.pool.find(({ id }) => id === server.backendId);
  if (server.backendId === null || backend === undefined) {
    return changeProvisioned(db, lease, server.id, { state: 'removing' });
  }
  if (backend.hold !== 'draining') {
    return changeProvisioned(db, lease, server.id, { state: 'running', state_reason: null });
  }
  if (round.isOnHold) return;
  if (isEmpty(backend) && (await countLiveNumbers(db, server.backendId)) === 0) {
    await lease.confirm();
    if (await hasLeftPool(context, server.backendId)) {
      return changeProvisioned(db, lease, server.id, { state: 'removing' });
    }
  }
  // A number was on its way there: it is needed after all.
  if (server.stateReason !== notNeeded) return;
  await backends.pool.hold(server.backendId, null);
  await changeProvisioned(db, lease, server.id, { state: 'running', state_reason: null, now: { empty_since: false } });
}

async function hasLeftPool({ backends }: Context, backendId: number): Promise<boolean> {
  try {
    await backends.pool.remove(backendId, { force: false });
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'backend_not_empty') return false;
    if (error instanceof DomainError && error.code === 'not_found') return true;
    throw error;
  }
}

/**
 * Removes the container of one that is out of the pool. Not while numbers name its backend: an operator who removed it
 * by force may take it back.
 */
export async function removeServer(context: Context, round: Round, server: ProvisionedServer): Promise<void> {
  const { db, driver, logger } = context;
  const { lease } = round;
  if (server.backendId !== null) {
    const isBack = round.pool.some(({ id }) => id === server.backendId);
    if (isBack) return changeProvisioned(db, lease, server.id, { state: 'running', state_reason: null });
    if (round.isOnHold || (await countLiveNumbers(db, server.backendId)) > 0) return;
  }
  await lease.confirm();
  await driver.remove(server.name);
  await changeProvisioned(db, lease, server.id, { state: 'removed', engine_id: null, now: { removed_at: true } });
  logger.info({ event: 'server_removed', server: server.name }, 'a started server was removed');
}

/** Removes volume and database of one that is gone, after a while in which an operator may want them back. */
export async function removeData(context: Context, round: Round, server: ProvisionedServer): Promise<void> {
  if (round.isOnHold || (server.removedForMs ?? 0) < context.settings.keepDataMs) return;
  if (!(await isNobodys(context, server))) return;
  await dropData(context, round, server);
  await changeProvisioned(context.db, round.lease, server.id, { now: { data_removed_at: true } });
}

/** Removes all that is left of one that never served; while the fleet is held that may be known of an older one only. */
export async function cleanUp(context: Context, round: Round, server: ProvisionedServer): Promise<void> {
  if (round.isOnHold) return;
  const { backends, db, driver } = context;
  const isInPool = (await backends.pool.list()).some(({ url }) => url === server.url);
  if (isInPool || !(await isNobodys(context, server))) return;
  await round.lease.confirm();
  await driver.remove(server.name);
  await dropData(context, round, server);
  await changeProvisioned(db, round.lease, server.id, {
    engine_id: null,
    now: { removed_at: true, data_removed_at: true },
  });
}

async function isNobodys({ db }: Context, { id, backendId }: ProvisionedServer): Promise<boolean> {
  if (backendId === null || (await countLiveNumbers(db, backendId)) === 0) return true;
  // They came after it, and live on another one.
  return isSucceeded(db, { id, backendId });
}

async function dropData({ databases, driver, logger }: Context, { lease }: Round, server: ProvisionedServer) {
  await lease.confirm();
  await driver.removeVolume(server.name);
  if (server.databaseName === null) return;
  if (databases !== undefined) await databases.drop(server.databaseName);
  else logger.warn({ event: 'database_left', database: server.databaseName }, 'a database of a removed server is left');
}

/** Waits ever longer after a step that failed. */
export async function putOff(context: Context, round: Round, server: ProvisionedServer, error: unknown): Promise<void> {
  const attempts = server.attempts + 1;
  const { logger, settings } = context;
  logger.warn(
    { event: 'server_step_failed', server: server.name, state: server.state, attempts, err: error },
    'put off',
  );
  await changeProvisioned(context.db, round.lease, server.id, {
    attempts,
    nextAttemptInMs: retryAfterMs(settings.replaceRetry, attempts),
  });
}
