import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { useSandbox } from './support/harness.ts';

const t = useSandbox();
const hooks = (event: string) => t.sandbox.control.ledger.hooks().filter((hook) => hook.event === event);

/** An instance that tells sends only. */
const plain = (webhook: object = {}) =>
  t.api.create('plain', { token: 'own-token', webhook: { ...t.webhook, events: ['SEND_MESSAGE'], ...webhook } });

test('a call carries the envelope, the own headers and the token', async () => {
  await plain({ headers: { authorization: 'Bearer s3cret', 'x-tenant': 't1' } });
  await t.api.send('plain', '5511999999999');
  const [call] = await t.listener.waitFor('send.message');
  expect(call?.headers).toMatchObject({
    authorization: 'Bearer s3cret',
    'x-tenant': 't1',
    'user-agent': 'axios/1.12.2',
  });
  const { data: _data, date_time, ...envelope } = call?.body ?? {};
  expect(envelope).toEqual({
    event: 'send.message',
    instance: 'plain',
    destination: t.listener.url,
    server_url: t.sandbox.url,
    apikey: 'own-token',
  });
  expect(date_time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
});

test('only the events of the list are told', async () => {
  await plain();
  await t.api.send('plain', '1');
  await t.listener.waitFor('send.message');
  expect(new Set(t.listener.received.map((call) => call.body.event))).toEqual(new Set(['send.message']));
});

test.each([500, 429, 302, 'reset'] as const)('after %s it tries again, ten times in all', async (outcome) => {
  t.sandbox.control.setKnobs({ webhookRetryFactor: 0.0001 });
  t.listener.answerWith(outcome);
  await plain();
  await t.api.send('plain', '1');
  await expect.poll(() => hooks('send.message').length).toBe(10);
  expect(t.listener.received).toHaveLength(10);
  expect(new Set(t.listener.received.map((call) => JSON.stringify(call.body))).size).toBe(1);
});

test.each([400, 401, 403, 404, 422])('after %i it gives up at once', async (status) => {
  t.sandbox.control.setKnobs({ webhookRetryFactor: 0.0001 });
  t.listener.answerWith(status, 200);
  await plain();
  await t.api.send('plain', '1', 'first');
  await t.listener.waitFor('send.message');
  await t.api.send('plain', '1', 'second');
  await expect
    .poll(() => hooks('send.message').map((hook) => [hook.attempt, hook.outcome]))
    .toEqual([
      [1, status],
      [1, 200],
    ]);
});

test('the waits double from five seconds to five minutes', async () => {
  t.sandbox.control.setKnobs({ webhookRetryFactor: 0.01, webhookAttemptsMax: 4 });
  t.listener.answerWith(500);
  await plain();
  await t.api.send('plain', '1');
  const calls = await t.listener.waitFor('send.message', 4);
  const gaps = calls.slice(1).map((call, index) => call.at - (calls[index]?.at ?? 0));
  [50, 80, 160].forEach((least, index) => {
    expect(gaps[index]).toBeGreaterThanOrEqual(least - 2);
  });
});

test('a receiver that never answers is left after the time-out and tried again', async () => {
  t.sandbox.control.setKnobs({ webhookTimeoutMs: 60, webhookAttemptsMax: 2 });
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  await plain({ url: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
  await t.api.send('plain', '1');
  await expect.poll(() => hooks('send.message').length, { timeout: 5000 }).toBe(2);
  expect(hooks('send.message')[0]?.outcome).toBe('UND_ERR_HEADERS_TIMEOUT');
  silent.close();
  silent.closeAllConnections();
});

test('a failing call holds up no other call', async () => {
  t.listener.answerWith(500, 200);
  t.sandbox.control.setKnobs({ webhookRetryFactor: 0.1 });
  await plain();
  await t.api.send('plain', '1', 'first');
  await t.listener.waitFor('send.message');
  await t.api.send('plain', '1', 'second');
  const order = (await t.listener.waitFor('send.message', 3)).map((call) => call.body.data.message.conversation);
  expect(order).toEqual(['first', 'second', 'first']);
});

test('calls can be doubled, shuffled and switched off', async () => {
  await plain();
  t.sandbox.control.setKnobs({ webhookDuplicates: true });
  await t.api.send('plain', '1', 'twice');
  await t.listener.waitFor('send.message', 2);

  t.sandbox.control.setKnobs({ webhookDuplicates: false, webhookShuffleMs: 60 });
  const texts = Array.from({ length: 30 }, (_, index) => `text ${index}`);
  for (const text of texts) await t.api.send('plain', '1', text);
  const told = (await t.listener.waitFor('send.message', 32))
    .slice(2)
    .map((call) => call.body.data.message.conversation);
  expect(told).not.toEqual(texts);
  expect(told.sort()).toEqual([...texts].sort());

  t.sandbox.control.setKnobs({ webhooks: false, webhookShuffleMs: 0 });
  await t.api.send('plain', '1', 'untold');
  t.sandbox.control.setKnobs({ webhooks: true });
  await t.api.send('plain', '1', 'told');
  const last = (await t.listener.waitFor('send.message', 33)).at(-1);
  expect(last?.body.data.message.conversation).toBe('told');
});

test('what is left out of a set keeps its former value', async () => {
  await plain({ headers: { 'x-tenant': 't1' }, byEvents: true });
  const set = (webhook: object) => t.api.call('POST', '/webhook/set/plain', { webhook });
  const url = t.listener.url;
  expect((await set({ enabled: true, url, events: ['CALL'] })).body).toMatchObject({
    headers: { 'x-tenant': 't1' },
    webhookByEvents: true,
    events: ['CALL'],
  });
  expect((await set({ enabled: false, url })).body).toMatchObject({ enabled: false, events: [] });
  expect((await set({ enabled: true, url, events: [] })).body.events).toHaveLength(31);
  expect((await set({ enabled: true, url })).status).toBe(500);
  t.sandbox.control.wipeWebhook('plain');
  expect((await t.api.call('GET', '/webhook/find/plain')).body).toBe(null);
});

test('a second message with one id is dropped on Baileys and told again on EVOLUTION', async () => {
  await t.api.connected('line', { webhook: t.webhook });
  await t.api.create('plain', { webhook: t.webhook });
  for (const name of ['line', 'line', 'plain', 'plain']) {
    await t.sandbox.control.receive(name, { from: '5511888888888', text: 'hi', id: 'ONE' });
  }
  const told = await t.listener.waitFor('messages.upsert', 3);
  await t.listener.waitFor('chats.upsert', 2);
  expect(told.map((call) => call.body.instance).sort()).toEqual(['line', 'plain', 'plain']);
});

test('a share of the calls is lost without a trace, of some events only', async () => {
  await t.api.create('plain', { webhook: { ...t.webhook, events: ['SEND_MESSAGE', 'MESSAGES_UPSERT'] } });
  t.sandbox.control.setKnobs({ webhookDropShare: 0.5, webhookDropEvents: ['send.message'] });
  for (let index = 0; index < 100; index++) {
    await t.api.send('plain', '1');
    await t.sandbox.control.receive('plain', { from: '5511888888888', text: 'x' });
  }
  await t.listener.waitFor('messages.upsert', 100);
  t.sandbox.control.setKnobs({ webhookDropShare: 0 });
  await t.api.send('plain', '1', 'last');
  await expect
    .poll(() => t.listener.of('send.message').some(({ body }) => body.data.message.conversation === 'last'))
    .toBe(true);
  const heard = t.listener.of('send.message').length;
  expect(heard).toBeGreaterThan(20);
  expect(heard).toBeLessThan(80);
});
