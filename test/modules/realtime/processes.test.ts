import { afterEach, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';
import { describeWithRedis, startTestRedis, type TestRedis } from '../../support/redis.ts';
import { begin, closeClients, connect, eventually, range, tell, ticketOf } from './support.ts';

const gateways: TestGateway[] = [];
let redis: TestRedis | null = null;

afterEach(async () => {
  closeClients();
  for (const gateway of gateways.splice(0).reverse()) await gateway.close();
  await redis?.stop();
  redis = null;
});

async function startTwo(): Promise<[TestGateway, TestGateway]> {
  redis = await startTestRedis();
  const env = { REDIS_URL: redis?.url ?? '' };
  const first = await startGateway({ env });
  gateways.push(first);
  const second = await startGateway({ env, beside: first });
  gateways.push(second);
  return [first, second];
}

describeWithRedis('two gateways', () => {
  test('tell the same, each to the clients it has, whoever made it happen; a ticket of one opens the other', async () => {
    const [first, second] = await startTwo();
    const user = await first.signUp();
    const number = await first.connectNumber(user);
    const [here, there] = [
      await connect(first.url, { ticket: await ticketOf(user) }),
      await connect(second.url, { ticket: await ticketOf(user) }),
    ];
    await send(user, number);
    for (const client of [here, there]) {
      await eventually(() => expect(client.events.map(({ event }) => event)).toContain('message.sent'));
    }
    await Promise.all(range(1, 40).flatMap(() => [tell(first, user.id, {}), tell(second, user.id, {})]));
    await eventually(() => expect(here.events.length).toBeGreaterThan(80));
    await eventually(() => expect(there.sequences()).toEqual(here.sequences()));
    const [start = 0] = here.sequences();
    expect(here.sequences()).toEqual(range(start, start + here.events.length - 1));
  });

  test('a client whose gateway goes away goes on at the other, with nothing missed and nothing twice', async () => {
    const [first, second] = await startTwo();
    const user = await first.signUp();
    const heard: number[] = [];
    let client = await connect(second.url, { ticket: await ticketOf(user) });
    client.socket.on('event', ({ sequence }: { sequence: number }) => heard.push(sequence));
    const telling = (async () => {
      for (let nth = 0; nth < 200; nth++) await tell(first, user.id, {});
    })();
    await eventually(() => expect(heard.length).toBeGreaterThan(20));
    const left = new Promise((resolve) => client.socket.once('disconnect', resolve));
    await second.app.close();
    await left;
    client = begin(first.url, { ticket: await ticketOf(user), since: heard.at(-1) });
    client.socket.on('event', ({ sequence }: { sequence: number }) => heard.push(sequence));
    await telling;
    await eventually(() => expect(heard).toEqual(range(1, 200)));
  });

  test('need no Redis for it', async () => {
    const [first, second] = await startTwo();
    const user = await first.signUp();
    const client = await connect(second.url, { ticket: await ticketOf(user) });
    await redis?.kill();
    await tell(first, user.id, {}, {});
    await eventually(() => expect(client.sequences()).toEqual([1, 2]));
  });
});

describe('one gateway', () => {
  test('tells what is sent within 300 ms of the request, however slow the machine now and then is', async () => {
    const gateway = await startGateway();
    gateways.push(gateway);
    const user = await gateway.signUp();
    const number = await gateway.connectNumber(user);
    const client = await connect(gateway.url, { ticket: await ticketOf(user) });
    const heardAt = new Map<unknown, number>();
    client.socket.on('event', ({ event, payload }) => {
      if (event === 'message.sent') heardAt.set(payload.message_id, performance.now());
    });
    const tookMs: number[] = [];
    for (let nth = 0; nth < 40; nth++) {
      const sentAt = performance.now();
      const id = await send(user, number);
      await eventually(() => expect(heardAt.has(id)).toBe(true));
      tookMs.push((heardAt.get(id) ?? Number.POSITIVE_INFINITY) - sentAt);
    }
    const sorted = tookMs.toSorted((a, b) => a - b);
    const [p50, p95] = [sorted[19], sorted[37]];
    console.info(`sent and told: p50 ${p50?.toFixed(0)} ms, p95 ${p95?.toFixed(0)} ms, from the request on`);
    expect(p50).toBeLessThan(300);
    expect(p95).toBeLessThan(1_500);
  });
});

async function send(user: TestUser, number: TestNumber): Promise<string> {
  const { status, body } = await user.api('POST', '/api/messages/send-text', {
    token: number.token,
    number: '628123456789',
    text: 'hello',
  });
  if (status !== 200) throw new Error(`send answered ${status}: ${JSON.stringify(body)}`);
  return body.message_id;
}
