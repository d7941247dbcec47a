import { inTransaction } from '../../../platform/database/transaction.ts';
import { alertEvent } from '../alerts/alert.ts';
import { tellOperators } from '../tell-operators.ts';
import { choosePort, urlOf } from './choose-port.ts';
import { type Context, type Round, retryAfterMs } from './context.ts';
import { chooseToGo, countAllowed, countShort, readScale } from './decide-scale.ts';
import { changeProvisioned, insertProvisioned, listProvisioned, type ProvisionedServer } from './provisioned-system.ts';
import { capacityShort, type Shortage } from './provisioner-alerts.ts';
import { countFailedStarts, listDedicatedWishes, listStillDedicated } from './provisioning-reads-system.ts';
import { notNeeded } from './remove-server.ts';
import { makeServerSecrets } from './server-keys.ts';

/** Begun in one round at most: each is a burst of work for the machine. */
const startsAtOnceMax = 2;
/** The same shortage is told again after this. */
const tellEveryMs = 3_600_000;

/** Decides who is to come and who is to go, and writes it down; the rounds that follow do it. */
export function createScale(context: Context) {
  const { backends, clock, db, driver, ids, logger, settings } = context;
  let shortSinceMs: number | undefined;
  let toldAtMs: number | undefined;

  /** Free capacity that is short for a moment only, such as while a server restarts, calls for nobody. */
  function countLastingShortage(short: number): number {
    if (short === 0) shortSinceMs = undefined;
    else shortSinceMs ??= clock.monotonicMs();
    return shortSinceMs !== undefined && clock.monotonicMs() - shortSinceMs >= settings.shortForMs ? short : 0;
  }

  async function tellShortage(shortage: Shortage): Promise<void> {
    if (toldAtMs !== undefined && clock.monotonicMs() - toldAtMs < tellEveryMs) return;
    toldAtMs = clock.monotonicMs();
    logger.error({ event: 'capacity_short', ...shortage }, 'free capacity is short, and no server can be started');
    const event = alertEvent(capacityShort(shortage));
    await inTransaction(db, (tx) => tellOperators(tx, ids, [event]));
  }

  async function begin(round: Round, dedicatedTo: number | null): Promise<boolean> {
    const port = await choosePort(context, round);
    if (port === undefined) return false;
    const name = `ef-${context.installationId}-b${ids.base36(8)}`;
    const { apiKeySealed, databasePasswordSealed } = makeServerSecrets(context, name);
    const hasDatabase = context.databases !== undefined;
    await insertProvisioned(db, round.lease, {
      id: ids.uuidv7(),
      driver: driver.name,
      name,
      url: urlOf(settings, { name, port }),
      image: settings.image,
      port,
      capacity: settings.capacity,
      databaseName: hasDatabase ? name.replaceAll('-', '_') : null,
      databasePasswordSealed: hasDatabase ? databasePasswordSealed : null,
      dedicatedTo,
      apiKeySealed,
    });
    logger.info({ event: 'server_wanted', server: name, dedicated_to: dedicatedTo }, 'a server is to be started');
    return true;
  }

  async function scaleOut(round: Round, servers: readonly ProvisionedServer[]): Promise<void> {
    const figures = readScale(round.pool, servers);
    const shared = countLastingShortage(countShort(figures, settings));
    const wishes = await listDedicatedWishes(db);
    // Those that nobody owns yet go to whoever comes first.
    const spare = round.pool.filter(
      ({ isolation, dedicatedTo, state }) => isolation === 'dedicated' && dedicatedTo === null && state === 'active',
    ).length;
    const wanted = [...Array<null>(shared).fill(null), ...wishes.slice(spare).map(({ userId }) => userId)];
    if (wanted.length === 0) return;
    const facts = { free: figures.free, coming: figures.coming, wanted: wanted.length };
    if (!driver.canStart) return tellShortage({ reason: 'no engine is set', ...facts });
    const allowed = countAllowed(servers, settings);
    if (allowed === 0) return tellShortage({ reason: 'PROVISION_BACKENDS_MAX is reached', ...facts });
    const { failures, lastForMs } = await countFailedStarts(db);
    if (failures > 0 && lastForMs < retryAfterMs(settings.startRetry, failures)) return;
    // After a failure one shows whether it works again.
    const atOnce = failures > 0 ? 1 : startsAtOnceMax;
    const underWay = servers.filter(({ state }) => state === 'starting').length;
    for (const dedicatedTo of wanted.slice(0, Math.max(0, Math.min(allowed, atOnce - underWay)))) {
      if (!(await begin(round, dedicatedTo))) return tellShortage({ reason: 'no port of the range is free', ...facts });
    }
  }

  async function scaleIn(round: Round, servers: readonly ProvisionedServer[]): Promise<void> {
    // One at a time: what the next one means is known when this one is gone.
    if (servers.some(({ state, stateReason }) => state === 'draining' && stateReason === notNeeded)) return;
    const owners = servers.flatMap(({ dedicatedTo }) => (dedicatedTo === null ? [] : [dedicatedTo]));
    const stillDedicated = new Set(owners.length === 0 ? [] : await listStillDedicated(db, owners));
    const idle = chooseToGo(round.pool, servers, stillDedicated, settings);
    if (idle === undefined || idle.backendId === null) return;
    await round.lease.confirm();
    await changeProvisioned(db, round.lease, idle.id, { state: 'draining', state_reason: notNeeded });
    await backends.pool.hold(idle.backendId, 'draining');
    logger.info(
      { event: 'server_drained', server: idle.name, backend_id: idle.backendId },
      'an idle server is drained',
    );
  }

  return async (round: Round): Promise<void> => {
    const servers = await listProvisioned(db);
    await scaleOut(round, servers);
    if (!round.isOnHold) await scaleIn(round, servers);
  };
}
