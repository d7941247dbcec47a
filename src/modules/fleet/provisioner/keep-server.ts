import { inTransaction } from '../../../platform/database/transaction.ts';
import { alertEvent } from '../alerts/alert.ts';
import { tellOperators } from '../tell-operators.ts';
import { type Context, type Round, retryAfterMs } from './context.ts';
import { LeaseLost } from './lease-of-one.ts';
import { changeProvisioned, type ProvisionedServer } from './provisioned-system.ts';
import { keepsFailing } from './provisioner-alerts.ts';
import { runServer } from './run-server.ts';
import { EngineError } from './server-driver.ts';
import { openServerKey } from './server-keys.ts';

/** Tries in a row that are told to the operators: the third, and each doubling. */
const firstTold = 3;

/**
 * Sees to it that a server of the pool runs. One whose container ended, vanished or answers nobody is replaced under
 * the same name, port, volume, database and key, so that its numbers are there again; ever more seldom where that does
 * not last. Its backend stays what it is.
 */
export async function keepServer(context: Context, round: Round, server: ProvisionedServer): Promise<void> {
  const { db, settings } = context;
  const there = round.engineServers.get(server.name);
  if (server.engineId === null) {
    if (there?.isRunning === true) return noteRunning(context, round, server, there.engineId);
    if (server.mayTry || server.attempts <= 1) await bringBack(context, round, server);
    return;
  }
  const why = await whyReplace(context, round, server);
  if (why !== undefined) {
    if (server.mayTry) await replace(context, round, server, why);
  } else if (server.attempts > 0 && (server.startedForMs ?? 0) > settings.stableForMs) {
    await changeProvisioned(db, round.lease, server.id, { attempts: 0, state_reason: null });
  }
}

async function whyReplace(context: Context, round: Round, server: ProvisionedServer): Promise<string | undefined> {
  const there = round.engineServers.get(server.name);
  if (there === undefined) return 'its container is gone';
  if (!there.isRunning) return 'its container ended';
  const { settings } = context;
  const backend = round.pool.find(({ id }) => id === server.backendId);
  const hasHadTime = (server.startedForMs ?? 0) > Math.max(settings.startWithinMs, settings.hungForMs);
  if (backend?.state !== 'down' || !hasHadTime || backend.downAt === null) return undefined;
  // The pool's word may be old where nobody probes.
  if (context.clock.now().getTime() - backend.downAt.getTime() < settings.hungForMs) return undefined;
  const ailment = await context.ailmentOf(server.url, openServerKey(context.secretBox, server));
  return ailment === undefined ? undefined : `it runs, but does not serve: ${ailment}`;
}

async function replace(context: Context, round: Round, server: ProvisionedServer, why: string): Promise<void> {
  const { db, driver, logger, settings } = context;
  const attempts = server.attempts + 1;
  logger.warn({ event: 'server_replaced', server: server.name, attempts, reason: why }, 'a server is replaced');
  // First the row: whoever comes after a crash goes on with this replacement and counts no other.
  await changeProvisioned(db, round.lease, server.id, {
    engine_id: null,
    state_reason: why,
    attempts,
    replacements: server.replacements + 1,
    nextAttemptInMs: retryAfterMs(settings.replaceRetry, attempts),
  });
  await tellOfLoop(context, server, attempts, why);
  await round.lease.confirm();
  await driver.remove(server.name);
  await bringBack(context, round, { ...server, engineId: null, attempts });
}

async function bringBack(context: Context, round: Round, server: ProvisionedServer): Promise<void> {
  const { db, logger, settings } = context;
  try {
    const started = await runServer(context, round, server);
    if (started !== undefined) await noteRunning(context, round, server, started.engineId);
  } catch (error) {
    if (error instanceof LeaseLost || (error instanceof EngineError && error.kind === 'unreachable')) throw error;
    const reason = error instanceof Error ? error.message : 'it cannot be started';
    const attempts = server.attempts + 1;
    logger.error({ event: 'server_not_replaced', server: server.name, attempts, reason }, 'a server is not replaced');
    await changeProvisioned(db, round.lease, server.id, {
      state_reason: reason,
      attempts,
      nextAttemptInMs: retryAfterMs(settings.replaceRetry, attempts),
    });
    await tellOfLoop(context, server, attempts, reason);
  }
}

async function noteRunning(context: Context, round: Round, server: ProvisionedServer, engineId: string): Promise<void> {
  await changeProvisioned(context.db, round.lease, server.id, { engine_id: engineId, now: { started_at: true } });
  const attempts = server.attempts;
  context.logger.info({ event: 'server_runs', server: server.name, attempts }, 'a server runs again');
}

async function tellOfLoop(context: Context, server: ProvisionedServer, attempts: number, reason: string) {
  const doublings = Math.log2(attempts / firstTold);
  if (attempts < firstTold || !Number.isInteger(doublings)) return;
  const event = alertEvent(keepsFailing(server, attempts, reason));
  await inTransaction(context.db, (tx) => tellOperators(tx, context.ids, [event]));
}
