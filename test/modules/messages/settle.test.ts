import type { PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAcceptBatch } from '../../../src/modules/messages/accept/accept.ts';
import { createSettleBatch, type Settlement } from '../../../src/modules/messages/sending/settle.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

let database: TestDatabase;
let accept: ReturnType<typeof createAcceptBatch>;
let settle: ReturnType<typeof createSettleBatch>;
const ids = createIds();
let userId = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  const { pool } = database.connect({ max: 4 });
  accept = createAcceptBatch({ pool, onUncertain() {}, noteUsage() {} });
  settle = createSettleBatch({ pool });
});
afterAll(async () => {
  await accept[Symbol.asyncDispose]();
  await settle[Symbol.asyncDispose]();
  await database.close();
});
beforeEach(() => {
  userId++;
});

async function accepted(): Promise<string> {
  const id = ids.uuidv7();
  await accept.add({
    id,
    userId,
    phoneNumberId: userId,
    instanceName: 'user_1',
    backendId: 1,
    kind: 'text',
    recipient: '628123456789',
    content: '{}',
    requestId: null,
    dailyMax: 1_000,
    fingerprint: null,
    timing: { kind: 'now' },
  });
  return id;
}

function settlement(messageId: string, status: Settlement['status'], more: Partial<Settlement> = {}): Settlement {
  return {
    messageId,
    userId,
    phoneNumberId: userId,
    status,
    statusReason: status === 'sent' ? null : 'a reason',
    whatsappId: status === 'sent' ? `WA${messageId}` : null,
    remoteJid: null,
    isMedia: false,
    eventId: ids.uuidv7(),
    payload: '{}',
    ...more,
  };
}

async function records(messageId: string) {
  const { rows } = await database.pool.query(
    `select (select status from messages where id = $1) as status,
      (select coalesce(sum(used), 0)::int from usage where user_id = $2) as used,
      (select array_agg(type order by sequence) from events where message_id = $1) as events,
      (select array[messages_sent, messages_failed] from message_stats where phone_number_id = $2) as stats`,
    [messageId, userId],
  );
  return rows[0];
}

test('a message is settled once, whatever comes later', async () => {
  const id = await accepted();
  expect(await settle.add(settlement(id, 'failed'))).toEqual({ settled: true, earlyStatus: null });
  for (const status of ['failed', 'unknown', 'sent'] as const) {
    expect(await settle.add(settlement(id, status))).toEqual({ settled: false, earlyStatus: null });
  }
  expect(await records(id)).toEqual({ status: 'failed', used: 0, events: ['message.failed'], stats: [0, 1] });
});

test('an unknown message becomes sent by evidence, and never failed', async () => {
  const id = await accepted();
  await settle.add(settlement(id, 'unknown'));
  expect((await settle.add(settlement(id, 'failed'))).settled).toBe(false);
  expect((await settle.add(settlement(id, 'sent'))).settled).toBe(true);
  const events = ['message.unknown', 'message.sent'];
  expect(await records(id)).toEqual({ status: 'sent', used: 1, events, stats: [1, 0] });
});

test('where one batch says two things of a message, what is known wins', async () => {
  for (const [statuses, status] of [
    [['unknown', 'sent', 'unknown'], 'sent'],
    [['unknown', 'failed'], 'failed'],
    [['sent', 'failed'], 'sent'],
  ] as const) {
    const id = await accepted();
    const settled = await Promise.all(statuses.map((each) => settle.add(settlement(id, each))));
    expect(settled.filter((each) => each.settled)).toHaveLength(1);
    expect(settled[statuses.indexOf(status as never)]?.settled).toBe(true);
    expect(await records(id)).toMatchObject({ status, events: [`message.${status}`] });
  }
});

test('an acknowledgement that came first is answered with the settlement', async () => {
  const id = await accepted();
  await database.pool.query("insert into wire_messages (phone_number_id, wa_id, status) values ($1, $2, 'delivered')", [
    userId,
    `WA${id}`,
  ]);
  const more = { remoteJid: '628123456789@s.whatsapp.net' };
  expect(await settle.add(settlement(id, 'sent', more))).toEqual({ settled: true, earlyStatus: 'delivered' });
  const { rows } = await database.pool.query(
    'select message_id, remote_jid, from_me from wire_messages where wa_id = $1',
    [`WA${id}`],
  );
  expect(rows).toEqual([{ message_id: id, remote_jid: more.remoteJid, from_me: true }]);
});

test('a message that was never stored is settled as nothing', async () => {
  expect(await settle.add(settlement(ids.uuidv7(), 'failed'))).toEqual({ settled: false, earlyStatus: null });
});

test('a refund goes to the day that paid', async () => {
  const id = await accepted();
  await database.pool.query('update messages set quota_day = app_today() - 1 where id = $1', [id]);
  await database.pool.query('update usage set day = app_today() - 1 where user_id = $1', [userId]);
  await accepted();
  await settle.add(settlement(id, 'failed'));
  const { rows } = await database.pool.query('select used from usage where user_id = $1 order by day', [userId]);
  expect(rows).toEqual([{ used: 0 }, { used: 1 }]);
});

/** A message that waits: accepted with a unit, or scheduled without one. */
async function queued(status: 'accepted' | 'scheduled', expiresIn = '1 hour'): Promise<string> {
  const id = await accepted();
  await database.pool.query(
    `update messages set status = $2, lease_until = null, due_at = app_now(), expires_at = app_now() + $3::interval,
      quota_day = case when $2 = 'accepted' then quota_day end where id = $1`,
    [id, status, expiresIn],
  );
  if (status === 'scheduled')
    await database.pool.query('update usage set used = used - 1 where user_id = $1', [userId]);
  return id;
}

test('a message that waits ends once, and gives its unit back where it has one', async () => {
  for (const state of ['accepted', 'scheduled'] as const) {
    for (const status of ['cancelled', 'failed', 'expired'] as const) {
      userId++;
      const id = await queued(state, status === 'expired' ? '0 seconds' : '1 hour');
      const end = settlement(id, status, { wasWaiting: true });
      const settled = await Promise.all([end, { ...end, eventId: ids.uuidv7() }].map((each) => settle.add(each)));
      expect(settled.filter((each) => each.settled)).toHaveLength(1);
      expect((await settle.add({ ...end, eventId: ids.uuidv7() })).settled).toBe(false);
      const stats = status === 'failed' ? [0, 1] : null;
      expect(await records(id)).toEqual({ status, used: 0, events: [`message.${status}`], stats });
    }
  }
});

test('a message that waits is not ended by what ends a call, nor a called one by what ends waiting', async () => {
  const waiting = await queued('accepted');
  for (const status of ['sent', 'failed', 'unknown'] as const) {
    expect((await settle.add(settlement(waiting, status))).settled).toBe(false);
  }
  const called = await accepted();
  for (const status of ['expired', 'cancelled', 'failed'] as const) {
    expect((await settle.add(settlement(called, status, { wasWaiting: true }))).settled).toBe(false);
  }
  expect(await records(waiting)).toMatchObject({ status: 'accepted', used: 2, events: null });
  expect(await records(called)).toMatchObject({ status: 'sending' });
});

test('a message whose time was put off meanwhile does not expire', async () => {
  const id = await queued('accepted');
  expect((await settle.add(settlement(id, 'expired', { wasWaiting: true }))).settled).toBe(false);
});

test('when a message became unknown, ended, or was proved to be sent is kept', async () => {
  const moments = async (id: string) => {
    const { rows } = await database.pool.query(
      'select unknown_at is not null as unknown, ended_at is not null as ended, sent_at is not null as sent, evidence from messages where id = $1',
      [id],
    );
    return rows[0];
  };
  const plain = await accepted();
  await settle.add(settlement(plain, 'sent'));
  expect(await moments(plain)).toEqual({ unknown: false, ended: false, sent: true, evidence: null });
  for (const evidence of ['echo', 'history', undefined] as const) {
    const id = await accepted();
    await settle.add(settlement(id, 'unknown'));
    expect(await moments(id)).toEqual({ unknown: true, ended: false, sent: false, evidence: null });
    await settle.add(settlement(id, 'sent', evidence === undefined ? {} : { evidence }));
    expect(await moments(id)).toEqual({ unknown: true, ended: false, sent: true, evidence: evidence ?? 'answer' });
  }
  const failed = await accepted();
  await settle.add(settlement(failed, 'failed'));
  expect(await moments(failed)).toEqual({ unknown: false, ended: true, sent: false, evidence: null });
});

const lockable = {
  usage: 'select 1 from usage where user_id = $1 for update',
  messages: 'select 1 from messages where user_id = $1 for update',
  wire_messages: 'select 1 from wire_messages where phone_number_id = $1 for update',
  message_stats: 'select 1 from message_stats where phone_number_id = $1 for update',
  event_cursors: 'select 1 from event_cursors where user_id = $1 for update',
};
const order = Object.keys(lockable) as (keyof typeof lockable)[];

async function isFree(client: PoolClient, table: keyof typeof lockable): Promise<boolean> {
  await client.query('savepoint looking');
  const free = await client.query(`${lockable[table]} nowait`, [userId]).then(
    () => true,
    () => false,
  );
  await client.query('rollback to savepoint looking');
  return free;
}

const ofWaiting = ['usage', 'messages', 'event_cursors'] as const;
const touched = {
  sent: order.slice(1),
  failed: order.filter((table) => table !== 'wire_messages'),
  cancelled: order.filter((table) => ofWaiting.some((each) => each === table)),
};
const cases = (['sent', 'failed', 'cancelled'] as const).flatMap((status) =>
  touched[status].map((held) => [held, status] as const),
);

test.each(cases)(
  'locks are taken in the agreed order: who waits for %s to settle as %s holds nothing that comes later',
  async (held, status) => {
    await settle.add(settlement(await accepted(), 'sent'));
    const id = status === 'cancelled' ? await queued('accepted') : await accepted();
    await database.pool.query('insert into wire_messages (phone_number_id, wa_id) values ($1, $2)', [
      userId,
      `WA${id}`,
    ]);
    const [holder, looker] = [await database.pool.connect(), await database.pool.connect()];
    await holder.query('begin');
    await holder.query(lockable[held], [userId]);
    const settling = settle.add(settlement(id, status, { wasWaiting: status === 'cancelled' }));
    await database.untilSomeoneWaits();
    await looker.query('begin');
    const later = order.slice(order.indexOf(held) + 1);
    for (const table of later) expect([table, await isFree(looker, table)]).toEqual([table, true]);
    const earlier = order.slice(0, order.indexOf(held)).filter((table) => table === 'messages');
    for (const table of earlier) expect([table, await isFree(looker, table)]).toEqual([table, false]);
    await looker.query('rollback');
    await holder.query('rollback');
    for (const client of [holder, looker]) client.release();
    expect((await settling).settled).toBe(true);
  },
);
