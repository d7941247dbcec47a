import type { Load } from '../support/load.ts';
import type { Exchange } from '../support/relay.ts';
import { atMost, between } from '../support/wait.ts';
import type { Gateway, World } from '../support/world.ts';
import { bothForms, type Fault } from './fault.ts';

const catchWithinMs = 8_000;

/** SIGKILL at a named point: the moment is caught on a wire and held, so that the process dies in it. */
export const gatewayKilled: readonly Fault[] = [
  {
    name: 'SIGKILL between commit and call',
    forms: bothForms,
    async strike(world, load) {
      const victim = pick(world.apis);
      load.through([victim.url]);
      try {
        // Where the database is behind a wire: committed, and the gateway does not know it. Else the call has begun and
        // its backend does not know it.
        if (world.databaseWire !== undefined) return await killInStatement(world, victim, 'accept');
        return await killInSend(world, victim, 'request');
      } finally {
        load.through(undefined);
      }
    },
  },
  {
    name: 'SIGKILL between call and result',
    forms: bothForms,
    async strike(world, load) {
      const victim = pick(world.apis);
      load.through([victim.url]);
      try {
        return await killInSend(world, victim, 'answer');
      } finally {
        load.through(undefined);
      }
    },
  },
  {
    name: 'SIGKILL while a queued message is on the wire',
    forms: bothForms,
    async strike(world) {
      const victim = world.gateways.at(-1);
      if (victim === undefined) return 0;
      const hits = await killInSend(world, victim, Math.random() < 0.5 ? 'request' : 'answer', isSendOfQueue);
      await endTurnsOfTheDead(world, victim.startedAt());
      return hits;
    },
  },
  {
    name: 'SIGKILL between delivery and record',
    forms: bothForms,
    async strike(world) {
      const victim = world.gateways.at(-1);
      const { held, cancel } = world.receiver.holdNext(Math.random() < 0.5 ? 'first' : 'second');
      const delivery = await atMost(catchWithinMs, held);
      cancel();
      if (delivery === undefined || victim === undefined) return 0;
      await victim.kill();
      // The receiver has it and said so; nobody heard.
      delivery.release();
      await victim.start();
      return 1;
    },
  },
  {
    name: 'SIGKILL between inbound commit and 200',
    forms: bothForms,
    async strike(world) {
      const victim = pick(world.gateways);
      world.callOnly(victim);
      try {
        if (world.databaseWire !== undefined) return await killInStatement(world, victim, 'insert-inbound-calls');
        const { caught, cancel } = world.callbacks.catchNext('answer', ({ status }) => status === 200);
        const call = await atMost(catchWithinMs, caught);
        cancel();
        if (call === undefined) return 0;
        await victim.kill();
        call.reset();
        await victim.start();
        return 1;
      } finally {
        world.callOnly();
      }
    },
  },
];

/** Else every number that was sending would be out of reach for the two minutes of a turn's lease. */
async function endTurnsOfTheDead(world: World, successorSince: number): Promise<void> {
  await world.look(
    `update send_turns set lease_until = app_now()
     where lease_until < to_timestamp($1::float8 / 1000) + interval '120 seconds'`,
    [successorSince],
  );
}

/** Kills in the moment when the database has committed the named statement and its answer is on the wire. */
async function killInStatement(world: World, victim: Gateway, statement: string): Promise<number> {
  const trap = world.databaseWire?.catchNext({
    says: `\0${statement}\0`,
    hold: 'answer',
    isEnd: isCommitted,
  });
  const caught = await atMost(catchWithinMs, trap?.caught ?? Promise.reject(new Error('no wire to the database')));
  trap?.cancel();
  if (caught === undefined) return 0;
  await victim.kill();
  caught.reset();
  await victim.start();
  return 1;
}

async function killInSend(
  world: World,
  victim: Gateway,
  where: 'request' | 'answer',
  fits = isSendOfRequest,
): Promise<number> {
  const traps = world.backends.map(({ relay }) => relay.catchNext(where, fits));
  const held = await atMost(catchWithinMs, Promise.race(traps.map(({ caught }) => caught)));
  for (const { cancel } of traps) cancel();
  // Two may have been caught at once.
  for (const { caught } of traps) void caught.then((other) => other !== held && other.release());
  if (held === undefined) return 0;
  await victim.kill();
  held.reset();
  await victim.start();
  return 1;
}

// What waited for its turn is sent by a worker, which is another process in the split form.
function isSendOfRequest(exchange: Exchange): boolean {
  return exchange.path.startsWith('/message/') && !isSendOfQueue(exchange);
}

function isSendOfQueue({ path, body }: Exchange): boolean {
  return path.startsWith('/message/') && /\b(async|scheduled)"/.test(body.toString('utf8'));
}

/** ReadyForQuery, outside of a transaction. */
export function isCommitted(bytes: Buffer): boolean {
  return bytes.length >= 6 && bytes.at(-6) === 0x5a && bytes.at(-1) === 0x49;
}

export function pick<T>(among: readonly T[]): T {
  return among[Math.floor(between(0, among.length - 0.001))] as T;
}

/** Waits until something is under way, so that what follows hits somebody. */
export async function underLoad(load: Load): Promise<boolean> {
  for (let n = 0; n < 200; n++) {
    if (load.underWay() > 0) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}
