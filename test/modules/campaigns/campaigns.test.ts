import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { listOpen } from '../../../src/modules/campaigns/campaigns-system.ts';
import type { LedgerSend } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';

let gateway: TestGateway;
let user: TestUser;
let number: TestNumber;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(async () => {
  user = await gateway.signUp();
  number = await gateway.connectNumber(user);
});

const recipient = (index: number) => `62812${String(3_000_000 + index)}`;
const people = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ number: recipient(index), variables: { name: `No. ${index}` } }));

const bulk = (body: Record<string, unknown> = {}, headers: Record<string, string> = {}, by = user) =>
  by.api(
    'POST',
    '/api/messages/bulk',
    { token: number.token, text: 'Hello {{name}}', recipients: people(5), ...body },
    headers,
  );

function sendsOf(text: RegExp): LedgerSend[] {
  const sends = gateway.sandboxes[0]?.control.ledger.sends() ?? [];
  return sends.filter((send) => text.test(send.text ?? ''));
}

async function progressOf(id: string) {
  const { body } = await user.api('GET', `/api/campaigns/${id}`);
  return body.campaign;
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });

async function usedUnits(): Promise<number> {
  const rows = await gateway.database.db.selectFrom('usage').select('used').where('user_id', '=', user.id).execute();
  return rows.reduce((sum, row) => sum + row.used, 0);
}

test('each recipient gets a message of its own, once, in the order given', async () => {
  const { status, body } = await bulk({ text: 'Each {{ name }}!', recipients: people(40), name: 'Opening' });
  expect(status).toBe(202);
  expect(body.campaign).toMatchObject({ name: 'Opening', total: 40, opted_out: 0, status: 'running' });
  await until(async () => {
    expect(await progressOf(body.campaign_id)).toMatchObject({ status: 'finished', progress: { sent: 40, queued: 0 } });
  });
  const sends = sendsOf(/^Each /);
  expect(sends.map(({ text }) => text)).toEqual(people(40).map(({ variables }) => `Each ${variables.name}!`));
  expect(await usedUnits()).toBe(40);
  const { body: page } = await user.api('GET', `/api/messages?campaign_id=${body.campaign_id}&limit=200`);
  expect(page.messages).toHaveLength(40);
});

test('all are accepted or none: one bad recipient refuses them all, with its place', async () => {
  const { status, body } = await bulk({ recipients: [...people(3), { number: '12' }, { number: recipient(9) }] });
  expect(status).toBe(400);
  expect(body.code).toBe('invalid_recipients');
  expect(body.errors.map(({ index }: { index: number }) => index)).toEqual([3, 4]);
  expect(await usedUnits()).toBe(0);
});

test('units are taken for all or for none', async () => {
  const starter = await gateway.signUp('starter');
  const own = await gateway.connectNumber(starter);
  const refused = await bulk({ token: own.token, text: 'x', recipients: people(1_000) }, {}, starter);
  expect(refused.status).toBe(202);
  const second = await bulk({ token: own.token, text: 'x', recipients: people(1) }, {}, starter);
  expect(second).toMatchObject({ status: 429, body: { code: 'quota_exceeded', needed: 1 } });
  await starter.api('POST', `/api/campaigns/${refused.body.campaign_id}/cancel`);
});

test('who opted out is left out, costs nothing, and comes back when taken off the list', async () => {
  expect((await user.api('POST', '/api/opt-outs', { number: `+${recipient(1)}`, reason: 'asked' })).status).toBe(200);
  const { body } = await bulk({ text: 'Listed {{name}}', recipients: people(3) });
  expect(body).toMatchObject({ opted_out_numbers: [recipient(1)], campaign: { total: 2, opted_out: 1 } });
  await until(async () => expect(sendsOf(/^Listed /)).toHaveLength(2));
  expect(await usedUnits()).toBe(2);
  expect(await bulk({ text: 'x', recipients: [{ number: recipient(1) }] })).toMatchObject({
    status: 422,
    body: { code: 'recipients_opted_out' },
  });
  const { body: list } = await user.api('GET', '/api/opt-outs');
  expect(list.opt_outs).toMatchObject([{ number: recipient(1), reason: 'asked' }]);
  expect((await user.api('DELETE', `/api/opt-outs/${recipient(1)}`)).status).toBe(200);
  expect((await user.api('DELETE', `/api/opt-outs/${recipient(1)}`)).status).toBe(404);
});

test('who opts out gets nothing either that waits already, and in no other form of the number', async () => {
  const [long, short] = ['5511987654321', '551187654321'];
  const numbers = [{ number: long }, { number: recipient(5) }];
  const later = inAnHour();
  const { body } = await bulk({ text: 'Later', recipients: numbers, send_at: later });
  const single = { token: number.token, number: long, text: 'Single later', send_at: later };
  const { body: own } = await user.api('POST', '/api/messages/send-text', single);
  expect((await user.api('POST', '/api/opt-outs', { number: short })).status).toBe(200);
  expect((await progressOf(body.campaign_id)).progress).toMatchObject({ queued: 1, cancelled: 1 });
  const { body: page } = await user.api('GET', `/api/messages?campaign_id=${body.campaign_id}&status=cancelled`);
  expect(page.messages).toMatchObject([{ to: long, status_reason: 'opted_out' }]);
  expect((await user.api('GET', `/api/messages/${own.message_id}`)).body.message.status).toBe('scheduled');
  expect(await usedUnits()).toBe(1);
  expect((await bulk({ text: 'x', recipients: numbers })).body.opted_out_numbers).toEqual([long]);
});

test('a paused campaign sends nothing more until it is resumed, and single messages pass it', async () => {
  await user.api('PATCH', `/api/phone-numbers/${number.id}`, { send_interval_ms: 100 });
  const { body } = await bulk({ text: 'Paused {{name}}', recipients: people(30) });
  await until(async () => expect(sendsOf(/^Paused /).length).toBeGreaterThan(2));
  expect((await user.api('POST', `/api/campaigns/${body.campaign_id}/pause`)).body.campaign.status).toBe('paused');
  await until(async () => expect((await progressOf(body.campaign_id)).progress.sending).toBe(0));
  const sent = sendsOf(/^Paused /).length;
  await user.api('PATCH', `/api/phone-numbers/${number.id}`, { send_interval_ms: null });
  const single = { token: number.token, number: recipient(77), text: 'Single', async: true };
  expect((await user.api('POST', '/api/messages/send-text', single)).status).toBe(202);
  await until(async () => expect(sendsOf(/^Single$/)).toHaveLength(1));
  expect(sendsOf(/^Paused /).length).toBe(sent);
  expect((await user.api('POST', `/api/campaigns/${body.campaign_id}/resume`)).body.campaign.status).toBe('running');
  await until(async () => expect((await progressOf(body.campaign_id)).status).toBe('finished'));
  expect(sendsOf(/^Paused /)).toHaveLength(30);
});

test('cancelling ends what waits and gives its units back', async () => {
  await user.api('PATCH', `/api/phone-numbers/${number.id}`, { send_interval_ms: 60_000 });
  const { body } = await bulk({ text: 'Cancelled {{name}}', recipients: people(50) });
  await until(async () => expect((await progressOf(body.campaign_id)).progress.sent).toBe(1));
  const { status } = await user.api('POST', `/api/campaigns/${body.campaign_id}/cancel`);
  expect(status).toBe(200);
  await until(async () => {
    expect(await progressOf(body.campaign_id)).toMatchObject({
      status: 'cancelled',
      finished_at: expect.any(String),
      progress: { sent: 1, cancelled: 49, queued: 0 },
    });
  });
  expect(await usedUnits()).toBe(1);
  expect(await user.api('POST', `/api/campaigns/${body.campaign_id}/resume`)).toMatchObject({
    status: 409,
    body: { code: 'campaign_over' },
  });
});

test('under one Idempotency-Key there is one campaign, however many requests come at once', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => bulk({ text: 'Once {{name}}' }, { 'idempotency-key': 'campaign-1' })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(answers.map(({ body }) => body.campaign_id)).size).toBe(1);
  const again = await bulk({ text: 'Once {{name}}' }, { 'idempotency-key': 'campaign-1' });
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect(again.body.campaign_id).toBe(answers[0]?.body.campaign_id);
  expect((await bulk({ text: 'Other {{name}}' }, { 'idempotency-key': 'campaign-1' })).status).toBe(422);
  expect(await usedUnits()).toBe(5);
});

test('a campaign of tomorrow takes its units of tomorrow', async () => {
  const sendAt = new Date(Date.now() + 86_400_000).toISOString();
  const { status } = await bulk({ send_at: sendAt });
  expect(status).toBe(202);
  const { rows } = await sql<{ isTomorrow: boolean; used: number }>`
    select day = app_today() + 1 as "isTomorrow", used from usage where user_id = ${user.id}`.execute(
    gateway.database.db,
  );
  expect(rows).toEqual([{ isTomorrow: true, used: 5 }]);
});

test('a campaign that waits for its day is counted once, and again when something changes', async () => {
  const { db } = gateway.database;
  const isOpen = async (id: string) => (await listOpen(db, 1_000, null)).includes(id);
  const [waiting, cancelled, gone] = await Promise.all(
    [1, 2, 3].map(async () => (await bulk({ send_at: inAnHour() })).body.campaign_id as string),
  );
  if (waiting === undefined || cancelled === undefined || gone === undefined) throw new Error('not accepted');
  for (const id of [waiting, cancelled, gone]) await until(async () => expect(await isOpen(id)).toBe(false));
  await sql`update campaigns set status = 'cancelled' where id = ${cancelled}`.execute(db);
  await until(async () => expect((await progressOf(cancelled)).progress).toMatchObject({ queued: 0, cancelled: 5 }));
  await sql`delete from messages where campaign_id = ${gone}`.execute(db);
  await until(async () => expect((await progressOf(gone)).status).toBe('finished'));
  const { body: page } = await user.api('GET', `/api/messages?campaign_id=${waiting}`);
  for (const { id } of page.messages) await user.api('POST', `/api/messages/${id}/cancel`);
  await until(async () => expect((await progressOf(waiting)).status).toBe('finished'));
});

test('a message of tomorrow that is to leave today takes a unit of today, and gives that of tomorrow back', async () => {
  const { body } = await bulk({ send_at: new Date(Date.now() + 86_400_000).toISOString() });
  const { body: page } = await user.api('GET', `/api/messages?campaign_id=${body.campaign_id}`);
  const id = page.messages[0].id;
  const move = (ms: number) =>
    user.api('PATCH', `/api/messages/${id}`, { send_at: new Date(Date.now() + ms).toISOString() });
  const units = async () => {
    const { rows } = await sql<{ used: number }>`
      select used from usage where user_id = ${user.id} order by day`.execute(gateway.database.db);
    return rows.map(({ used }) => used);
  };
  expect((await move(86_400_000)).status).toBe(200);
  expect(await units()).toEqual([5]);
  expect((await move(400)).status).toBe(200);
  expect(await units()).toEqual([4]);
  await until(async () => expect((await user.api('GET', `/api/messages/${id}`)).body.message.sent_at).not.toBeNull());
  expect(await units()).toEqual([1, 4]);
});

test('a campaign tells its user how it gets on, and is nobody else’s', async () => {
  const { body } = await bulk({ text: 'Told {{name}}' });
  await until(async () => {
    const events = await gateway.database.db
      .selectFrom('events')
      .select('payload')
      .where('user_id', '=', user.id)
      .where('type', '=', 'campaign.updated')
      .orderBy('sequence')
      .execute();
    expect(events.at(-1)?.payload).toMatchObject({
      campaign_id: body.campaign_id,
      status: 'finished',
      progress: { sent: 5, queued: 0 },
    });
  });
  const other = await gateway.signUp();
  const foreign = await other.api('GET', `/api/campaigns/${body.campaign_id}`);
  const missing = await other.api('GET', '/api/campaigns/00000000-0000-7000-8000-000000000000');
  expect(foreign.status).toBe(404);
  expect({ ...foreign.body, request_id: '' }).toEqual({ ...missing.body, request_id: '' });
  expect((await other.api('POST', `/api/campaigns/${body.campaign_id}/cancel`)).status).toBe(404);
  const { body: list } = await user.api('GET', '/api/campaigns');
  expect(list.campaigns).toHaveLength(1);
});

test.each([
  [{ text: undefined }, 'give either text'],
  [{ mediaType: 'image', mediaUrl: 'https://example.com/a.jpg' }, 'give either text'],
  [{ text: 'Hi {{name' }, '"{{" must begin a variable'],
  [{ recipients: [] }, 'recipients'],
  [{ recipients: people(1_001) }, 'recipients'],
  [{ send_at: '2001-01-01T00:00:00Z' }, 'send_at'],
])('%o is refused', async (body, words) => {
  const answer = await bulk(body);
  expect(answer.status).toBe(400);
  expect(answer.body.detail).toContain(words);
});
