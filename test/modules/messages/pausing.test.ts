import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway } from '../../support/gateway.ts';
import { newRecipient, type Sender, senderOf, startSender, through } from './support.ts';

let sender: Sender;
beforeAll(async () => {
  sender = await startSender({ overrides: { messages: { retryMs: 50 } } });
});
afterAll(() => sender.gateway.close());

const order = (what: 'pause' | 'resume') => sender.user.api('POST', `/api/phone-numbers/${sender.number.id}/${what}`);
const statusOf = async (id: string) => (await sender.user.api('GET', `/api/messages/${id}`)).body.message.status;

test('a paused number refuses sends and stays connected; messages that wait leave when it is resumed', async () => {
  expect((await sender.sendText()).status).toBe(200);
  const paused = await order('pause');
  expect(paused).toMatchObject({ status: 200, body: { phone_number: { status: 'connected' } } });
  const since = paused.body.phone_number.paused_at;
  expect(since).toEqual(expect.any(String));
  expect((await order('pause')).body.phone_number.paused_at).toBe(since);

  const refused = await sender.sendText();
  expect(refused).toMatchObject({ status: 409, body: { code: 'number_paused' } });
  const waiting = await sender.sendText({ async: true, number: newRecipient() });
  expect(waiting.status).toBe(202);
  await expect
    .poll(async () => {
      const { rows } = await sender.gateway.database.pool.query('select waits_for from send_turns');
      return rows;
    })
    .toEqual([{ waits_for: 'pause' }]);
  expect(await statusOf(waiting.body.message_id)).toBe('accepted');

  expect((await order('resume')).body.phone_number.paused_at).toBeNull();
  await expect.poll(() => statusOf(waiting.body.message_id), { timeout: 10_000 }).toMatch(/^(sent|delivered|read)$/);
  expect((await sender.sendText()).status).toBe(200);
});

test('every process refuses within the second that it may remember a number for', async () => {
  const other = await startGateway({ beside: sender.gateway });
  try {
    const there = through(other, sender);
    expect((await there.sendText()).status).toBe(200);
    await order('pause');
    await expect.poll(async () => (await there.sendText()).body.code, { timeout: 2_000 }).toBe('number_paused');
  } finally {
    await order('resume');
    await other.close();
  }
});

test('a pool passes over its paused number', async () => {
  const second = senderOf(sender.gateway, sender.user, await sender.gateway.connectNumber(sender.user));
  await order('pause');
  try {
    const send = () =>
      sender.user.api('POST', '/api/messages/send-text', { pool: 'all', number: newRecipient(), text: 'hi' });
    const ids = [];
    for (let count = 0; count < 3; count++) ids.push((await send()).body.message_id);
    for (const id of ids) {
      const { body } = await sender.user.api('GET', `/api/messages/${id}`);
      expect(body.message.phone_number_id).toBe(second.number.id);
    }
  } finally {
    await order('resume');
  }
});
