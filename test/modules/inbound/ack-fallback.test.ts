import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createReadBackends } from '../../../src/modules/inbound/read-backends.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { type RecordServer, recordOf, startRecordServer } from './record-server.ts';
import { type InboundTest, ids, logger, placeOnBackend, readEvents, startInbound, type TestNumber } from './support.ts';

let server: RecordServer;
let t: InboundTest;
let number: TestNumber;
let backendId: number;

beforeAll(async () => {
  server = await startRecordServer();
  t = await startInbound({ backends: server.backends });
});
afterAll(async () => {
  await t.close();
  await server.close();
});
beforeEach(async () => {
  server.reset();
  await t.database.db.updateTable('backends').set({ state: 'down' }).execute();
  number = await t.makeNumber();
  backendId = await placeOnBackend(t.database, number);
  await sql`insert into backend_reads (backend_id, asked_upto) values (${backendId}, array(select now() - interval '1 day' from generate_series(1, 4)))`.execute(
    t.database.db,
  );
});

/** As another process looks, or this one 20 s later. */
const look = () =>
  createReadBackends({ ...t, db: t.database.db, ids, clock: systemClock, logger, backends: server.backends }).run();

type Sent = { secondsAgo?: number; status?: string; acknowledgements?: string[]; of?: TestNumber };

async function makeSent({ secondsAgo = 150, status = 'sent', acknowledgements = [], of = number }: Sent = {}) {
  const record = recordOf('hello', secondsAgo, {
    fromMe: true,
    MessageUpdate: acknowledgements.map((each) => ({ status: each })),
  });
  server.keep(of.backendName, record);
  const id = ids.uuidv7();
  const waId = record.key.id;
  const { db } = t.database;
  await db
    .insertInto('messages')
    .values({
      id,
      user_id: of.userId,
      phone_number_id: of.id,
      direction: 'outbound',
      kind: 'text',
      remote_jid: '5511888888888',
      status,
      content: '{}',
      whatsapp_id: waId,
      sent_at: sql<Date>`app_now() - make_interval(secs => ${secondsAgo})`,
    })
    .execute();
  await db
    .insertInto('wire_messages')
    .values({ phone_number_id: of.id, wa_id: waId, message_id: id, from_me: true })
    .execute();
  return { id, waId };
}

async function statusOf(id: string): Promise<string> {
  const row = await t.database.db
    .selectFrom('messages')
    .select('status')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return row.status;
}

const askedFor = () => server.queries.map(({ body }) => body.where.id);

/** Lets time pass: all that happened on the backend is so much longer ago. */
async function pass(seconds: number): Promise<void> {
  const { db } = t.database;
  await sql`update messages set sent_at = sent_at - make_interval(secs => ${seconds}) where phone_number_id = ${number.id}`.execute(
    db,
  );
  await sql`
    update backend_reads set asked_upto = array(select at - make_interval(secs => ${seconds}) from unnest(asked_upto) with ordinality as u (at, ord) order by ord)
    where backend_id = ${backendId}`.execute(db);
}

test('a message without an acknowledgement is asked for after 2 minutes, and moves on by the answer', async () => {
  const young = await makeSent({ secondsAgo: 110, acknowledgements: ['DELIVERY_ACK'] });
  const { id, waId } = await makeSent({ acknowledgements: ['DELIVERY_ACK', 'READ'] });
  await look();
  expect(askedFor()).toEqual([waId]);
  expect(await statusOf(id)).toBe('read');
  expect(await statusOf(young.id)).toBe('sent');
  expect(await readEvents(t.database, number)).toMatchObject([
    { type: 'message.delivered', message_id: id },
    { type: 'message.read', message_id: id },
  ]);
});

test('once at each of the ages 2 min, 10 min, 1 h and 6 h, however often and by whomever it is looked', async () => {
  const { id, waId } = await makeSent({ secondsAgo: 0 });
  const questions: number[] = [];
  let passed = 0;
  for (const seconds of [121, 300, 601, 1_800, 3_601, 9_000, 21_601, 40_000]) {
    await pass(seconds - passed);
    passed = seconds;
    await look();
    await look();
    questions.push(askedFor().length);
  }
  expect(questions).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  expect(new Set(askedFor())).toEqual(new Set([waId]));
  expect(await statusOf(id)).toBe('sent');
});

test('what is acknowledged, a day old, or of a number that is not connected is not asked for', async () => {
  await makeSent({ status: 'delivered' });
  await makeSent({ secondsAgo: 90_000 });
  const [closed, other] = [await t.makeNumber(), await t.makeNumber()];
  await t.database.db
    .updateTable('phone_numbers')
    .set({ backend_id: backendId, status: 'disconnected' })
    .where('id', '=', closed.id)
    .execute();
  await t.database.db
    .updateTable('phone_numbers')
    .set({ backend_id: backendId, status: 'connected', integration: 'EVOLUTION' })
    .where('id', '=', other.id)
    .execute();
  await makeSent({ of: closed });
  await makeSent({ of: other });
  await look();
  expect(server.queries).toEqual([]);
});

test("many of one number are asked for by pages of its messages, and others' are left as they are", async () => {
  const messages = [];
  for (let index = 0; index < 60; index++) {
    messages.push(
      await makeSent({ secondsAgo: 150 + index, acknowledgements: index % 2 === 0 ? ['DELIVERY_ACK'] : [] }),
    );
  }
  server.keep(number.backendName, recordOf('received meanwhile', 160));
  await look();
  expect(server.queries.map(({ action }) => action)).toEqual(['findMessages', 'findMessages']);
  const statuses = await Promise.all(messages.map(({ id }) => statusOf(id)));
  expect(statuses.filter((status) => status === 'delivered')).toHaveLength(30);
  expect(statuses.filter((status) => status === 'sent')).toHaveLength(30);
  expect((await readEvents(t.database, number)).every(({ type }) => type === 'message.delivered')).toBe(true);
});

test('a backend that fails is asked again, and nothing is passed over', async () => {
  const { id } = await makeSent({ acknowledgements: ['DELIVERY_ACK'] });
  server.refuse({ status: 500, body: {} });
  await look();
  expect(await statusOf(id)).toBe('sent');
  server.reset();
  await look();
  expect(await statusOf(id)).toBe('delivered');
});

test('a number that its backend does not know holds up no other', async () => {
  const { id: lost } = await makeSent({ secondsAgo: 200 });
  const other = await t.makeNumber();
  await t.database.db
    .updateTable('phone_numbers')
    .set({ backend_id: backendId, status: 'connected' })
    .where('id', '=', other.id)
    .execute();
  const { id } = await makeSent({ of: other, acknowledgements: ['DELIVERY_ACK'] });
  server.during(({ instance }) => {
    if (instance !== number.backendName) return server.reset();
    const message = [`The "${instance}" instance does not exist`];
    server.refuse({ status: 404, body: { status: 404, error: 'Not Found', response: { message } } });
  });
  await look();
  expect(await statusOf(lost)).toBe('sent');
  expect(await statusOf(id)).toBe('delivered');
});

test('one query at a time, by however many processes', async () => {
  for (let index = 0; index < 4; index++)
    await makeSent({ secondsAgo: 150 + index, acknowledgements: ['DELIVERY_ACK'] });
  server.during(() => new Promise((resolve) => setTimeout(resolve, 20)));
  await Promise.all([look(), look(), look()]);
  expect(server.inFlightMost()).toBe(1);
  expect(server.queries).toHaveLength(4);
});
