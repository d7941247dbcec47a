import { inTransaction } from '../../../platform/database/transaction.ts';
import { alertEvent } from '../alerts/alert.ts';
import { tellOperators } from '../tell-operators.ts';
import { choosePort, urlOf } from './choose-port.ts';
import type { Context, Round } from './context.ts';
import { LeaseLost } from './lease-of-one.ts';
import { changeProvisioned, type ProvisionedServer } from './provisioned-system.ts';
import { startFailed } from './provisioner-alerts.ts';
import { findLabelsOf } from './provisioning-reads-system.ts';
import { runServer } from './run-server.ts';
import { EngineError } from './server-driver.ts';
import { openServerKey } from './server-keys.ts';

/**
 * The next step of a server that is to join: its container, then its first good answer, then the pool. What cannot be
 * done ends it as failed; the engine being away does not.
 */
export async function startServer(context: Context, round: Round, server: ProvisionedServer): Promise<void> {
  try {
    const failure = await step(context, round, server);
    if (failure !== undefined) await failServer(context, round, server, failure);
  } catch (error) {
    if (error instanceof LeaseLost || (error instanceof EngineError && error.kind === 'unreachable')) throw error;
    await failServer(context, round, server, error instanceof Error ? error.message : 'it cannot be started');
  }
}

async function step(context: Context, round: Round, server: ProvisionedServer): Promise<string | undefined> {
  const { db, settings } = context;
  const { lease } = round;
  // A process that was killed in between has joined it: numbers may live there by now.
  const joined = round.pool.find(({ url }) => url === server.url);
  if (joined !== undefined) return beginToServe(context, round, server, joined.id);
  const there = round.engineServers.get(server.name);
  if (server.engineId === null || there?.isRunning !== true) {
    const started = await runServer(context, round, server).catch((error) => otherPort(context, round, server, error));
    if (started === undefined) return undefined;
    await changeProvisioned(db, lease, server.id, {
      engine_id: started.engineId,
      ...(server.startedForMs === null ? { now: { started_at: true } } : {}),
    });
    return undefined;
  }
  const ailment = await context.ailmentOf(server.url, openServerKey(context.secretBox, server));
  if (ailment === undefined) return join(context, round, server);
  const isLate = (server.startedForMs ?? 0) > settings.startWithinMs;
  return isLate ? `it did not serve within ${Math.round(settings.startWithinMs / 1000)} s: ${ailment}` : undefined;
}

/** Somebody else listens there: the next one is tried in the next round. */
async function otherPort(
  context: Context,
  round: Round,
  server: ProvisionedServer,
  error: unknown,
): Promise<undefined> {
  if (!(error instanceof EngineError && error.kind === 'port_taken')) throw error;
  const { db, driver, logger, settings } = context;
  context.refusedPorts.set(server.port, context.clock.monotonicMs());
  const port = await choosePort(context, round);
  if (port === undefined) throw new Error('no port of the range is free on the machine');
  logger.warn({ event: 'port_taken', port: server.port, next: port }, 'a port for servers is taken by somebody else');
  await driver.remove(server.name);
  const url = urlOf(settings, { name: server.name, port });
  await changeProvisioned(db, round.lease, server.id, { port, url, engine_id: null });
  return undefined;
}

async function join(context: Context, round: Round, server: ProvisionedServer): Promise<string | undefined> {
  const { backends, db, secretBox } = context;
  await round.lease.confirm();
  const apiKey = openServerKey(secretBox, server);
  const labels = server.dedicatedTo === null ? [] : await findLabelsOf(db, server.dedicatedTo);
  const backendId = await backends.pool.join({
    url: server.url,
    apiKey,
    capacity: server.capacity,
    labels,
    isolation: server.dedicatedTo === null ? 'shared' : 'dedicated',
    dedicatedTo: server.dedicatedTo,
  });
  return beginToServe(context, round, server, backendId);
}

async function beginToServe(
  context: Context,
  round: Round,
  server: ProvisionedServer,
  backendId: number,
): Promise<string | undefined> {
  const { backends, db, logger } = context;
  await changeProvisioned(db, round.lease, server.id, {
    state: 'running',
    state_reason: null,
    backend_id: backendId,
    now: { joined_at: true, empty_since: true },
  });
  const backend = await backends.pool.find(backendId);
  if (backend?.state === 'unsupported') {
    await backends.pool.remove(backendId, { force: false });
    return `its version cannot serve: ${backend.stateReason ?? backend.version}`;
  }
  logger.info(
    { event: 'server_joined', server: server.name, backend_id: backendId },
    'a started server joined the pool',
  );
  return undefined;
}

/** Ends it; what it has begun is cleaned up in the steps that follow. */
async function failServer(context: Context, round: Round, server: ProvisionedServer, reason: string): Promise<void> {
  const { db, ids, logger } = context;
  logger.error({ event: 'server_start_failed', server: server.name, reason }, 'a server could not be started');
  await inTransaction(db, async (tx) => {
    await changeProvisioned(tx, round.lease, server.id, { state: 'failed', state_reason: reason });
    await tellOperators(tx, ids, [alertEvent(startFailed(server, reason))]);
  });
}
