import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noteGapOfNumber } from '../../../src/modules/inbound/gap-repairs-system.ts';
import { createPresence } from '../../../src/modules/inbound/presence.ts';
import { createReadBackends } from '../../../src/modules/inbound/read-backends.ts';
import { createSettleByEvidence } from '../../../src/modules/messages/evidence/settle-by-evidence.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { type RecordServer, recordOf, startRecordServer, type WireRecord } from './record-server.ts';
import {
  type Call,
  eventually,
  type InboundTest,
  ids,
  logger,
  placeOnBackend,
  readEvents,
  readGaps,
  startInbound,
  type TestNumber,
} from './support.ts';

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
  await t.database.db.deleteFrom('gap_repairs').execute();
  number = await t.makeNumber();
  backendId = await placeOnBackend(t.database, number);
});

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
const noteGap = (seconds: number, of = number) => noteGapOfNumber(t.database.db, of.id, ago(seconds), 'backend_down');
const eventsOf = (of = number) => readEvents(t.database, of);

async function textsReceived(): Promise<unknown[]> {
  return (await eventsOf()).filter(({ type }) => type === 'message.received').map(({ payload }) => payload.text);
}

/** The call that the backend makes of a record. */
function callOf(record: WireRecord): Call {
  return { event: record.key.fromMe ? 'send.message' : 'messages.upsert', instance: number.backendName, data: record };
}

async function statsOf() {
  return t.database.db
    .selectFrom('message_stats')
    .select(['messages_received', 'messages_sent', 'media_received'])
    .where('phone_number_id', '=', number.id)
    .executeTakeFirst();
}

describe('what was missed in a gap', () => {
  test('is read back from its backend, the oldest first, once each, and says so', async () => {
    const [early, late, heard] = [recordOf('early', 50), recordOf('late', 20), recordOf('heard', 30)];
    server.keep(number.backendName, recordOf('before', 300), late, heard, early);
    await t.apply(number, callOf(heard));
    await noteGap(60);
    await t.inbound.readBackends();

    const received = (await eventsOf()).filter(({ type }) => type === 'message.received');
    expect(received.map(({ payload }) => [payload.text, payload.recovered])).toEqual([
      ['heard', undefined],
      ['early', true],
      ['late', true],
    ]);
    expect(received[1]?.payload).toMatchObject({
      from: '5511888888888',
      whatsapp_id: early.key.id,
      push_name: 'Alice',
    });
    expect(await statsOf()).toMatchObject({ messages_received: 3 });
    expect(await readGaps(t.database, number)).toEqual([]);

    // The backend repeats its calls by itself, and the gap may be noted again.
    await t.apply(number, callOf(early), callOf(late));
    await noteGap(60);
    await t.inbound.readBackends();
    expect(await textsReceived()).toEqual(['heard', 'early', 'late']);
    expect(await statsOf()).toMatchObject({ messages_received: 3 });
  });

  test('is read page by page, and nothing is left out that is pushed on by new messages', async () => {
    for (let index = 0; index < 120; index++) server.keep(number.backendName, recordOf(`n${index}`, 200 - index));
    let came = 0;
    server.during(({ body }) => {
      if ((body.page ?? 1) !== 2 || came > 0) return;
      for (; came < 30; came++) server.keep(number.backendName, recordOf(`new${came}`, 0));
    });
    await noteGap(300);
    await t.inbound.readBackends();
    const texts = await textsReceived();
    expect(new Set(texts).size).toBe(150);
    expect(texts).toHaveLength(150);
    expect(texts.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, index) => `n${index}`));
    expect(await statsOf()).toMatchObject({ messages_received: 150 });
    expect(new Set(server.queries.map(({ body }) => body.offset))).toEqual(new Set([50]));
  });

  test('holds acknowledgements of sent messages', async () => {
    const id = ids.uuidv7();
    const record = recordOf('hello', 40, {
      fromMe: true,
      MessageUpdate: [{ status: 'DELIVERY_ACK' }, { status: 'READ' }],
    });
    await t.database.db
      .insertInto('messages')
      .values({
        id,
        user_id: number.userId,
        phone_number_id: number.id,
        direction: 'outbound',
        kind: 'text',
        remote_jid: '5511888888888',
        status: 'sent',
        content: '{}',
        whatsapp_id: record.key.id,
        sent_at: ago(40),
      })
      .execute();
    await t.database.db
      .insertInto('wire_messages')
      .values({ phone_number_id: number.id, wa_id: record.key.id, message_id: id, from_me: true })
      .execute();
    server.keep(number.backendName, record);
    await noteGap(60);
    await t.inbound.readBackends();
    expect((await eventsOf()).map(({ type, payload }) => [type, payload.recovered])).toEqual([
      ['message.delivered', true],
      ['message.read', true],
    ]);
  });

  test('proves an unknown message, except by what the owner typed', async () => {
    const unknown = async (text: string) => {
      const id = ids.uuidv7();
      await t.database.db
        .insertInto('messages')
        .values({
          id,
          user_id: number.userId,
          phone_number_id: number.id,
          direction: 'outbound',
          kind: 'text',
          remote_jid: '5511888888888',
          status: 'unknown',
          status_reason: 'timeout',
          content: '{}',
          fingerprint: `text body=${text}`,
          called_at: ago(45),
          unknown_at: ago(20),
        })
        .execute();
      return id;
    };
    const hashOf = (text: string) => hash('sha256', text, 'base64url');
    const [sent, typedOnPhone, typedElsewhere] = [
      await unknown(hashOf('a')),
      await unknown(hashOf('b')),
      await unknown(hashOf('c')),
    ];
    const elsewhere = recordOf('c', 40, { fromMe: true });
    server.keep(
      number.backendName,
      recordOf('a', 40, { fromMe: true }),
      recordOf('b', 40, { fromMe: true, source: 'ios' }),
      elsewhere,
    );
    await t.apply(number, { ...callOf(elsewhere), event: 'messages.upsert' });
    await noteGap(60);
    await t.inbound.readBackends();
    await createSettleByEvidence({ db: t.database.db, ids, logger })();
    const rows = await t.database.db
      .selectFrom('messages')
      .select(['id', 'status', 'evidence'])
      .where('phone_number_id', '=', number.id)
      .execute();
    expect(new Map(rows.map((row) => [row.id, [row.status, row.evidence]]))).toEqual(
      new Map([
        [sent, ['sent', 'history']],
        [typedOnPhone, ['unknown', null]],
        [typedElsewhere, ['unknown', null]],
      ]),
    );
    expect(await eventsOf()).toMatchObject([{ type: 'message.sent', payload: { evidence: 'history' } }]);
    expect(await statsOf()).toMatchObject({ messages_sent: 1 });
  });
});

describe('a gap is noted', () => {
  test('for every connected number when no process could take calls for 15 s, from the last one on', async () => {
    const closed = await t.makeNumber();
    await placeOnBackend(t.database, closed);
    await t.database.db
      .updateTable('phone_numbers')
      .set({ status: 'disconnected' })
      .where('id', '=', closed.id)
      .execute();
    await sql`insert into gateway_presence (seen_at) values (now()) on conflict (only_row) do update set seen_at = now()`.execute(
      t.database.db,
    );
    const presence = createPresence({ db: t.database.db, logger });
    presence.begin();
    await presence.end();
    expect(await readGaps(t.database, number)).toEqual([]);

    const since = ago(16);
    await sql`update gateway_presence set seen_at = ${since}`.execute(t.database.db);
    const processes = [
      createPresence({ db: t.database.db, logger }),
      createPresence({ db: t.database.connect().db, logger }),
    ];
    for (const each of processes) each.begin();
    await Promise.all(processes.map((each) => each.end()));
    expect(await readGaps(t.database, number)).toEqual([
      { phone_number_id: number.id, since, reason: 'gateway_absent', attempt: 0 },
    ]);
    expect(await readGaps(t.database, closed)).toEqual([]);
    const { rows } = await sql`select from gateway_presence where seen_at > now() - interval '5 seconds'`.execute(
      t.database.db,
    );
    expect(rows).toHaveLength(1);
  });

  test("for a backend's numbers once it is back, from its last good probe on", async () => {
    const other = await t.makeNumber();
    await placeOnBackend(t.database, other);
    const { db } = t.database;
    const lastGood = ago(100);
    const note = (fields: { down_at: Date; back_at?: Date; failures: number }) =>
      db.updateTable('backends').set(fields).where('id', '=', backendId).execute();
    await note({ down_at: lastGood, failures: 2 });
    await t.inbound.readBackends();
    expect(await readGaps(t.database, number)).toEqual([]);
    server.keep(number.backendName, recordOf('missed', 90));
    await note({ down_at: lastGood, back_at: ago(1), failures: 0 });
    server.refuse({ status: 500, body: {} });
    await t.inbound.readBackends();
    expect(await readGaps(t.database, number)).toEqual([
      { phone_number_id: number.id, since: lastGood, reason: 'backend_down', attempt: 1 },
    ]);
    expect(await readGaps(t.database, other)).toEqual([]);

    server.reset();
    await sql`update gap_repairs set due_at = now()`.execute(db);
    await t.inbound.readBackends();
    await t.inbound.readBackends();
    expect(await textsReceived()).toEqual(['missed']);
    expect(await readGaps(t.database, number)).toEqual([]);
  });

  test('twice as one, from the earlier on, and repaired anew when it is noted during its repair', async () => {
    const [earlier, later] = [ago(500), ago(100)];
    for (const since of [later, earlier, later]) await noteGapOfNumber(t.database.db, number.id, since, 'call_failed');
    expect(await readGaps(t.database, number)).toMatchObject([{ since: earlier }]);

    let hasCome = false;
    server.during(async () => {
      if (hasCome) return;
      hasCome = true;
      await noteGap(50);
    });
    const bounded = createReadBackends({ ...common(), clock: clockOfOneRound() });
    await bounded.run();
    expect(await readGaps(t.database, number)).toMatchObject([{ since: earlier }]);
    await t.inbound.readBackends();
    expect(await readGaps(t.database, number)).toEqual([]);
  });
});

const common = () => ({ db: t.database.connect().db, ids, clock: systemClock, logger, backends: server.backends });

// Each look at the clock is 20 s after the one before.
function clockOfOneRound() {
  let ms = 0;
  return { now: () => new Date(), monotonicMs: () => (ms += 15_000) };
}

describe('a backend is asked', () => {
  test('one thing at a time, by however many processes', async () => {
    const others = await Promise.all([t.makeNumber(), t.makeNumber(), t.makeNumber()]);
    await t.database.db
      .updateTable('phone_numbers')
      .set({ backend_id: backendId, status: 'connected' })
      .where(
        'id',
        'in',
        others.map(({ id }) => id),
      )
      .execute();
    for (const each of [number, ...others]) {
      server.keep(each.backendName, recordOf('missed', 10));
      await noteGap(60, each);
    }
    server.during(() => new Promise((resolve) => setTimeout(resolve, 20)));
    const processes = Array.from({ length: 4 }, () => createReadBackends(common()));
    await Promise.all(processes.map((each) => each.run()));
    expect(server.queries).toHaveLength(4);
    expect(server.inFlightMost()).toBe(1);
    for (const each of [number, ...others]) expect(await eventsOf(each)).toHaveLength(1);
  });

  test('again later when it refuses, later each time, and no more after 24 h', async () => {
    server.refuse({
      status: 404,
      body: { status: 404, error: 'Not Found', response: { message: ['The "x" instance does not exist'] } },
    });
    await noteGap(60);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      await t.inbound.readBackends();
      const { rows } = await sql<{ attempt: number; wait: number }>`
        update gap_repairs g set due_at = now() from (select due_at from gap_repairs where phone_number_id = ${number.id}) old
        where phone_number_id = ${number.id}
        returning g.attempt, extract(epoch from old.due_at - now())::float8 as wait`.execute(t.database.db);
      expect(rows[0]?.attempt).toBe(attempt);
      waits.push(Math.round((rows[0]?.wait ?? 0) / 10) * 10);
    }
    expect(waits).toEqual([10, 20, 40]);
    await sql`update gap_repairs set created_at = now() - interval '25 hours' where phone_number_id = ${number.id}`.execute(
      t.database.db,
    );
    server.queries.length = 0;
    await t.inbound.readBackends();
    expect(await readGaps(t.database, number)).toEqual([]);
    expect(server.queries.filter(({ instance }) => instance === number.backendName)).toEqual([]);
  });

  test('about a record that nobody can read, and the others count all the same', async () => {
    server.keep(
      number.backendName,
      recordOf('good', 30),
      { ...recordOf('bad', 20), key: { id: '', fromMe: false, remoteJid: '' } },
      recordOf('x'.repeat(300), 15, { key: { id: 'i'.repeat(300), fromMe: false, remoteJid: 'x' } }),
      recordOf('good too', 10),
    );
    await noteGap(60);
    await t.inbound.readBackends();
    expect(await textsReceived()).toEqual(['good', 'good too']);
    expect(await readGaps(t.database, number)).toEqual([]);
  });
});

test('a call that can never be applied is read back from the backend', async () => {
  const record = recordOf('never applied', 5);
  await t.database.db
    .insertInto('inbound_calls')
    .values({
      id: ids.uuidv7(),
      secret_id: number.secretId,
      phone_number_id: number.id,
      body: Buffer.from(JSON.stringify(callOf(record))),
      attempt: 9,
    })
    .execute();
  await sql`
    create or replace function refuse_calls() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`.execute(
    t.database.db,
  );
  await sql`create trigger refuse_wire before insert on wire_messages for each row execute function refuse_calls()`.execute(
    t.database.db,
  );
  const lane = t.makeLane();
  await eventually(() => readGaps(t.database, number)).toMatchObject([{ reason: 'call_failed' }]);
  await lane[Symbol.asyncDispose]();
  await sql`drop trigger refuse_wire on wire_messages`.execute(t.database.db);
  server.keep(number.backendName, record);
  await t.inbound.readBackends();
  expect(await textsReceived()).toEqual(['never applied']);
});
