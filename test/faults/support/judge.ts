import { readAccount } from './account.ts';
import { checkBooks } from './books.ts';
import { type Counts, checkPromises, checkSends, checkUnknown, type Promises, type Violation } from './invariants.ts';
import type { Load } from './load.ts';
import { checkDeliveries, checkReceived } from './received.ts';
import { pause } from './wait.ts';
import type { World } from './world.ts';

export type Verdict = { violations: Violation[]; counts: Counts; quietAfterMs: number };

/** What a sandbox tries again comes within that, as the world has set its waits. */
const backendTriesMs = 70_000;
/** A call of a backend ends by itself after that. */
const endWithinMs = 90_000;

const restlessSql = `
  select (select count(*) from messages where status in ('sending', 'accepted', 'scheduled'))::int as messages,
    (select count(*) from inbound_calls where state = 'due')::int as calls,
    (select count(*) from event_arrivals)::int as arrivals,
    (select count(*) from deliveries where status = 'pending')::int as deliveries`;
type Restless = { messages: number; calls: number; arrivals: number; deliveries: number };

/**
 * Lets everything come to rest, then holds rows, ledgers and receivers against each other. The load must have ended.
 * @param leases `wait`: messages of dead processes keep their 90 s · `end`: they are ended when no call is under way
 */
export async function judge(
  world: World,
  load: Load,
  options: { restWithinMs: number; evidenceMs: number; leases: 'wait' | 'end'; promises: Promises },
): Promise<Verdict> {
  const startedAt = performance.now();
  if (options.leases === 'end') await endLeases(world);
  await rest(world, load, options.restWithinMs);
  const quietAfterMs = Math.round(performance.now() - startedAt);
  const evidenceEnds = performance.now() + options.evidenceMs;
  let account = await readAccount(world, load);
  while (checkUnknown(account).violations.length > 0 && performance.now() < evidenceEnds) {
    await pause(1_000);
    account = await readAccount(world, load);
  }
  const unknown = checkUnknown(account);
  const received = await checkReceived(world, load);
  const outbound = account.rows.filter(({ direction }) => direction === 'outbound');
  const byStatus = Object.fromEntries(
    [...Map.groupBy(outbound, ({ status }) => status)].map(([status, rows]) => [status, rows.length]),
  );
  return {
    violations: [
      ...checkSends(account),
      ...checkPromises(account, world, options.promises),
      ...unknown.violations,
      ...received.violations,
      ...(await checkBooks(world)),
      ...(await checkDeliveries(world)),
    ],
    counts: {
      'sends wanted': load.sendings.length,
      ...byStatus,
      'left by the ledgers': [...account.sends.values()].flat().length,
      'messages injected': load.injected.length,
      deliveries: world.users.flatMap(({ inbox }) => inbox.calls).length,
      ...unknown.counts,
      ...received.counts,
    },
    quietAfterMs,
  };
}

/** At rest: nothing waits in the database, and backends have told all, or could not in the time their tries take. */
async function rest(world: World, load: Load, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs;
  const told = performance.now() + Math.min(withinMs, backendTriesMs);
  let heard = -1;
  let stillSince = performance.now();
  while (performance.now() < end) {
    const [waiting] = await world.look<Restless>(restlessSql);
    const isStill =
      waiting !== undefined && Object.values(waiting).every((n) => n === 0) && heard === world.heard.length;
    const mayStillHear = isStill && performance.now() < told && !(await isAllTold(world, load));
    heard = world.heard.length;
    if (!isStill || mayStillHear) stillSince = performance.now();
    if (performance.now() - stillSince > 2_500) return;
    await pause(500);
  }
}

/** Whether gateways took what came in, and the echo of all that left. */
async function isAllTold(world: World, load: Load): Promise<boolean> {
  const told = new Set(world.heard.map(({ event, instance, waId }) => `${event} ${instance} ${waId}`));
  if (load.injected.some(({ number, waId }) => !told.has(`messages.upsert ${number.backendName} ${waId}`)))
    return false;
  if (!world.echoes) return true;
  const sends = (await Promise.all(world.backends.map((backend) => backend.sends()))).flat();
  return sends.every(({ instance, id }) => told.has(`send.message ${instance} ${id}`));
}

/**
 * Nobody works on a message any more whose backend has no call of it open, nor on anything else that was claimed a few
 * seconds ago (for 30 s) when nothing is wrong.
 */
async function endLeases(world: World): Promise<void> {
  const isSend = ({ path }: { path: string }) => path.startsWith('/message/');
  let quietSince = performance.now();
  const end = quietSince + endWithinMs;
  while (performance.now() - quietSince < 2_000 && performance.now() < end) {
    if (world.backends.some(({ relay }) => relay.open(isSend) > 0)) quietSince = performance.now();
    await pause(100);
  }
  await world.look(
    `with turns as (update send_turns set lease_until = app_now() where lease_until is not null),
       calls as (update inbound_calls set lease_until = app_now()
         where state = 'due' and lease_until < app_now() + interval '27 seconds'),
       tries as (update deliveries set lease_until = app_now()
         where status = 'pending' and lease_until < app_now() + interval '27 seconds')
     update messages set lease_until = app_now() - interval '1 second'
     where status = 'sending' and coalesce(called_at, created_at) < app_now() - interval '2 seconds'`,
  );
}
