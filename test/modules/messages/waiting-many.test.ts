import { sql } from 'kysely';
import { afterEach, expect, test, vi } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';
import { onTheWire } from './support.ts';

const gateways: TestGateway[] = [];

afterEach(async () => {
  // The one that the others share their database with ends last.
  for (const gateway of gateways.splice(0).reverse()) await gateway.close();
});

async function start(options: Parameters<typeof startGateway>[0] = {}): Promise<TestGateway> {
  const gateway = await startGateway({ knobs: { acks: false, echo: false }, ...options });
  gateways.push(gateway);
  return gateway;
}

async function connectNumbers(gateway: TestGateway, user: TestUser, count: number): Promise<TestNumber[]> {
  const numbers: TestNumber[] = [];
  while (numbers.length < count) {
    const more = Math.min(5, count - numbers.length);
    numbers.push(...(await Promise.all(Array.from({ length: more }, () => gateway.connectNumber(user)))));
  }
  return numbers;
}

/** Puts messages into the lines of all numbers, in turn, each line to a recipient of its own. */
async function queueAll(user: TestUser, numbers: readonly TestNumber[], perNumber: number): Promise<void> {
  for (let nth = 0; nth < perNumber; nth++) {
    const answers = await Promise.all(
      numbers.map(({ id, token }) =>
        user.api('POST', '/api/messages/send-text', {
          token,
          number: recipientOf(id),
          text: `nr ${nth}`,
          async: true,
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(numbers.map(() => 202));
  }
}

const recipientOf = (numberId: number) => `62811${String(numberId).padStart(7, '0')}`;
const inOrder = (count: number) => Array.from({ length: count }, (_, nth) => `nr ${nth}`);

/** What a number's backend was called for, also while it has not looked at the call. */
const callsTo = (gateway: TestGateway, path: string) =>
  gateway.sandboxes.flatMap(({ control }) => control.ledger.calls().filter(({ url }) => path.endsWith(url))).length;

async function pathOf(gateway: TestGateway, { id }: TestNumber): Promise<string> {
  const { backend_name } = await gateway.database.db
    .selectFrom('phone_numbers')
    .select('backend_name')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return `POST /message/sendText/${backend_name}`;
}

test('1,000 messages over 20 numbers leave once each and in order, and one that hangs holds up none of the others', async () => {
  const gateway = await start({ overrides: { messages: { holdMs: 300_000, callWithinMs: 60_000 } } });
  const user = await gateway.signUp();
  const numbers = await connectNumbers(gateway, user, 20);
  const [hanging, ...others] = numbers as [TestNumber, ...TestNumber[]];
  const control = gateway.sandboxes[0]?.control;
  const hangingPath = await pathOf(gateway, hanging);
  control?.setKnobs({ latencyMsByRoute: { [hangingPath]: 300_000 } });
  await queueAll(user, numbers, 50);
  const sent = () => others.reduce((sum, { id }) => sum + onTheWire({ gateway }, recipientOf(id)).sends.length, 0);
  await vi.waitFor(() => expect(sent()).toBe(950), { timeout: 20_000, interval: 50 });
  for (const { id } of others) {
    const { sends, calls } = onTheWire({ gateway }, recipientOf(id));
    expect(sends.map(({ text }) => text)).toEqual(inOrder(50));
    expect(calls).toBe(50);
  }
  expect(callsTo(gateway, hangingPath)).toBe(1);
  await vi.waitFor(async () => {
    const { rows } = await sql`select 1 from messages where status = 'sent'`.execute(gateway.database.db);
    expect(rows).toHaveLength(950);
  });
  // How long the last of each line was on its way says whether a number waited for the one that hangs.
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from max(sent_at) - max(due_at))::float8 as seconds from messages
    where phone_number_id <> ${hanging.id} group by phone_number_id order by 1 desc`.execute(gateway.database.db);
  expect(rows).toHaveLength(19);
  expect(rows[0]?.seconds).toBeLessThan(10);
});

test('a call without an end holds its own number up for a while only', async () => {
  const gateway = await start({ overrides: { messages: { holdMs: 500, callWithinMs: 3_000 } } });
  const user = await gateway.signUp();
  const [number] = await connectNumbers(gateway, user, 1);
  if (number === undefined) throw new Error('no number');
  const control = gateway.sandboxes[0]?.control;
  const path = await pathOf(gateway, number);
  control?.setKnobs({ latencyMsByRoute: { [path]: 60_000 } });
  await queueAll(user, [number], 1);
  await vi.waitFor(() => expect(callsTo(gateway, path)).toBe(1));
  control?.setKnobs({ latencyMsByRoute: {} });
  const answer = await user.api('POST', '/api/messages/send-text', {
    token: number.token,
    number: '628999999999',
    text: 'after it',
    async: true,
  });
  await vi.waitFor(() => expect(onTheWire({ gateway }, '628999999999').sends).toHaveLength(1));
  const statuses = async () =>
    (await gateway.database.db.selectFrom('messages').select('status').orderBy('id').execute()).map(
      (row) => row.status,
    );
  expect(answer.status).toBe(202);
  await vi.waitFor(async () => expect(await statuses()).toEqual(['unknown', 'sent']));
  expect(callsTo(gateway, path)).toBe(2);
});

test('two processes share the lines: each message leaves once, each number in its order', async () => {
  const first = await start();
  const second = await start({ beside: first });
  const user = await first.signUp();
  const numbers = await connectNumbers(first, user, 8);
  await queueAll(user, numbers, 40);
  const ring = setInterval(() => void second.services.alarm.ring('send'), 5);
  const sent = () =>
    numbers.reduce((sum, { id }) => sum + onTheWire({ gateway: first }, recipientOf(id)).sends.length, 0);
  await vi.waitFor(() => expect(sent()).toBe(320), { timeout: 20_000, interval: 50 });
  clearInterval(ring);
  for (const { id } of numbers) {
    expect(onTheWire({ gateway: first }, recipientOf(id)).sends.map(({ text }) => text)).toEqual(inOrder(40));
  }
  await vi.waitFor(async () => {
    const { rows } = await sql`select status, count(*)::int as count from messages group by status`.execute(
      first.database.db,
    );
    expect(rows).toEqual([{ status: 'sent', count: 320 }]);
  });
});
