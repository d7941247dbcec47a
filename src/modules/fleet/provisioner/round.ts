import type { Context, Round } from './context.ts';
import { isEmpty } from './decide-scale.ts';
import { keepServer } from './keep-server.ts';
import { type Lease, LeaseLost } from './lease-of-one.ts';
import { createMeasure } from './measure.ts';
import { changeProvisioned, listProvisioned, type ProvisionedServer } from './provisioned-system.ts';
import { isOnHold } from './provisioning-reads-system.ts';
import { cleanUp, putOff, removeData, removeServer, retireServer } from './remove-server.ts';
import { createScale } from './scale.ts';
import { EngineError } from './server-driver.ts';
import { startServer } from './start-server.ts';

/** One look at everything: the next step of each server, then who is to come or to go. */
export function createRound(context: Context) {
  const { backends, db, driver, logger } = context;
  const scale = createScale(context);
  const measure = createMeasure(context);
  const strangers = new Set<string>();

  async function look(lease: Lease): Promise<Round> {
    const [engineServers, pool, hold] = await Promise.all([driver.list(), backends.pool.list(), isOnHold(db)]);
    return { lease, pool, isOnHold: hold, engineServers: new Map(engineServers.map((each) => [each.name, each])) };
  }

  async function stepOf(round: Round, server: ProvisionedServer): Promise<void> {
    try {
      await nextStep(context, round, server);
    } catch (error) {
      if (error instanceof LeaseLost || (error instanceof EngineError && error.kind === 'unreachable')) throw error;
      await putOff(context, round, server, error);
    }
  }

  // It may hold sessions of numbers that a restored database does not know: not ours to remove.
  function tellStrangers(round: Round, servers: readonly ProvisionedServer[]): void {
    const known = new Set(servers.map(({ name }) => name));
    for (const { name } of round.engineServers.values()) {
      if (known.has(name) || strangers.has(name)) continue;
      strangers.add(name);
      logger.error({ event: 'stray_server', server: name }, 'a container of this installation has no row; it is left');
    }
  }

  return async (lease: Lease, isClosing: () => boolean): Promise<void> => {
    const servers = await listProvisioned(db);
    const round = await look(lease);
    tellStrangers(round, servers);
    const steps = await Promise.allSettled(servers.map((server) => stepOf(round, server)));
    for (const step of steps) if (step.status === 'rejected') throw step.reason;
    if (isClosing()) return;
    await measure(round, servers);
    await scale({ ...round, pool: await backends.pool.list() });
  };
}

async function nextStep(context: Context, round: Round, server: ProvisionedServer): Promise<void> {
  const { state } = server;
  switch (state) {
    case 'starting':
      return startServer(context, round, server);
    case 'running':
      await keepServer(context, round, server);
      return noteUse(context, round, server);
    case 'draining':
      await keepServer(context, round, server);
      return retireServer(context, round, server);
    case 'removing':
      return server.mayTry ? removeServer(context, round, server) : undefined;
    case 'removed':
      return server.mayTry ? removeData(context, round, server) : undefined;
    case 'failed':
      return server.mayTry ? cleanUp(context, round, server) : undefined;
    default:
      return state satisfies never;
  }
}

/** What an operator did to it, and since when it is empty. */
async function noteUse({ db }: Context, { lease, pool }: Round, server: ProvisionedServer): Promise<void> {
  const backend = pool.find(({ id }) => id === server.backendId);
  if (backend === undefined) {
    return changeProvisioned(db, lease, server.id, { state: 'removing', state_reason: 'an operator removed it' });
  }
  if (backend.hold === 'draining') {
    return changeProvisioned(db, lease, server.id, { state: 'draining', state_reason: 'an operator drained it' });
  }
  const wasEmpty = server.emptyForMs !== null;
  if (isEmpty(backend) !== wasEmpty) {
    await changeProvisioned(db, lease, server.id, { now: { empty_since: isEmpty(backend) } });
  }
}
