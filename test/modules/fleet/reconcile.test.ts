import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import type { TestGateway, TestUser } from '../../support/gateway.ts';
import {
  addOperator,
  connectedLine,
  eventTypes,
  eventually,
  findingOf,
  findingsOf,
  only,
  placeOf,
  readNumber,
  startFleet,
  toldTo,
  untilPassed,
} from './support.ts';

let gateway: TestGateway;
let user: TestUser;
let operatorId: number;
let sandbox: Sandbox;

beforeAll(async () => {
  gateway = await startFleet();
  sandbox = only(gateway.sandboxes);
  user = await gateway.signUp();
  operatorId = await addOperator(gateway);
});
afterAll(() => gateway.close());
beforeEach(() => {
  sandbox.control.setKnobs({ webhooks: true, failures: [], bots: false, openMetrics: false });
});

const line = () => connectedLine(gateway, user);
const isMended = (id: number) => eventually(async () => (await findingsOf(gateway, id)).map(({ outcome }) => outcome));

/** The webhook as the backend has it, without what it counts itself. */
const webhookAt = async (name: string) => {
  const answer = await fetch(`${sandbox.url}/webhook/find/${name}`, { headers: { apikey: 'global-key' } });
  const { createdAt: _c, updatedAt: _u, id: _i, ...row } = (await answer.json()) as Record<string, unknown>;
  return row;
};

test('a number that is as it should be is found in nothing', async () => {
  const { id } = await line();
  await untilPassed(gateway);
  expect(await findingsOf(gateway, id)).toEqual([]);
});

describe('what somebody did to a number behind our back is found and mended', () => {
  test('its webhook was wiped: it is set again with the secret it had, and calls arrive', async () => {
    const { id, name } = await line();
    const before = await webhookAt(name);
    sandbox.control.wipeWebhook(name);
    await isMended(id).toEqual(['mended']);
    expect(await findingOf(gateway, id)).toMatchObject({
      kind: 'webhook_missing',
      repairs: [['set_webhook', 'proved']],
    });
    expect(await webhookAt(name)).toEqual(before);
  });

  test.each([
    ['its address', { url: 'http://127.0.0.1:1/elsewhere' }, ['url']],
    ['its events', { events: ['MESSAGES_UPSERT'] }, ['events']],
    ['its header', { headers: {} }, ['headers']],
    ['its switch', { enabled: false }, ['enabled']],
    ['a path for each event', { webhookByEvents: true }, ['byEvents']],
    ['media in its calls', { webhookBase64: true }, ['base64']],
  ])('its webhook was changed in %s', async (_what, change, parts) => {
    const { id, name } = await line();
    const before = await webhookAt(name);
    sandbox.control.changeWebhook(name, change);
    await isMended(id).toEqual(['mended']);
    expect(await findingOf(gateway, id)).toMatchObject({ kind: 'webhook_differs', detail: { parts } });
    expect(await webhookAt(name)).toEqual(before);
  });

  test('its webhook leads to another process: it stays while that one takes calls, and is set anew when it is gone', async () => {
    const { id, name } = await line();
    const { db } = gateway.database;
    const before = await webhookAt(name);
    const other = 'http://127.0.0.1:9';
    await db.insertInto('callback_urls').values({ url: other }).execute();
    sandbox.control.changeWebhook(name, { url: String(before.url).replace(gateway.url, other) });
    await untilPassed(gateway);
    expect(await findingsOf(gateway, id)).toEqual([]);
    const longAgo = new Date(Date.now() - 600_000);
    await db.updateTable('callback_urls').set({ seen_at: longAgo }).where('url', '=', other).execute();
    await isMended(id).toEqual(['mended']);
    expect(await webhookAt(name)).toEqual(before);
  });

  test('its settings were changed', async () => {
    const { id, name } = await line();
    sandbox.control.changeSettings(name, { rejectCall: true, msgCall: 'no calls' });
    await isMended(id).toEqual(['mended']);
    expect(await findingOf(gateway, id)).toMatchObject({
      kind: 'settings_differ',
      detail: { parts: ['rejectCall', 'msgCall'] },
      repairs: [['set_settings', 'proved']],
    });
  });

  test('settings that its user chose are kept, and only others are set right', async () => {
    const { id, name } = await line();
    await gateway.services.phoneNumbers.desired.changeSettings(user.id, id, { groupsIgnore: true });
    await isMended(id).toEqual(['mended']);
    sandbox.control.changeSettings(name, { alwaysOnline: true });
    await isMended(id).toEqual(['mended', 'mended']);
    expect((await findingsOf(gateway, id)).map(({ detail }) => detail)).toEqual([
      { parts: ['groupsIgnore'] },
      { parts: ['alwaysOnline'] },
    ]);
  });

  test('its socket closed without a word: it is disconnected, connected again, and its user hears of both', async () => {
    const { id, name } = await line();
    sandbox.control.setState(name, 'close');
    await isMended(id).toEqual(['mended', 'mended']);
    expect((await findingsOf(gateway, id)).map(({ kind, repairs }) => [kind, repairs]).sort()).toEqual([
      ['not_connected', [['connect', 'proved']]],
      ['state_differs', [['apply_state', 'proved']]],
    ]);
    expect((await readNumber(gateway, id)).status).toBe('connected');
    expect(await eventTypes(gateway, id)).toEqual(expect.arrayContaining(['number.disconnected', 'number.connected']));
  });

  test('its socket hangs while it connects: it is restarted', async () => {
    const { id, name } = await line();
    sandbox.control.setState(name, 'connecting');
    await isMended(id).toEqual(['mended']);
    expect(await findingOf(gateway, id)).toMatchObject({ kind: 'not_connected', repairs: [['restart', 'proved']] });
  });

  test('it opened while no call told us: it is connected', async () => {
    const { id, name } = await line();
    sandbox.control.setKnobs({ webhooks: false });
    await gateway.database.db
      .updateTable('phone_numbers')
      .set({ status: 'disconnected', status_reason: 'connection_closed' })
      .where('id', '=', id)
      .execute();
    await isMended(id).toEqual(['mended']);
    expect((await readNumber(gateway, id)).status).toBe('connected');
    expect(name).not.toBe('');
  });

  test('its instance is gone: it is made anew under another name, and waits for a scan', async () => {
    const { id, name } = await line();
    sandbox.control.forget(name);
    await isMended(id).toEqual(['mended']);
    expect(await findingOf(gateway, id)).toMatchObject({ kind: 'instance_missing', repairs: [['recreate', 'proved']] });
    const place = await placeOf(gateway, id);
    expect(place.name).not.toBe(name);
    expect(await eventTypes(gateway, id)).toContain('number.error');
    expect(await readNumber(gateway, id)).toMatchObject({ status: 'disconnected', status_reason: 'needs_scan' });
    expect((await user.api('GET', `/api/phone-numbers/${id}/qr`)).body).toMatchObject({ status: 'qr_ready' });
    await place.sandbox.control.scan(place.name);
    await eventually(async () => (await readNumber(gateway, id)).status).toBe('connected');
  });
});

test('a server that comes back without the sessions of its phones: they ask for a scan, nothing is made anew', async () => {
  const lines = [await line(), await line()];
  for (const { name } of lines) sandbox.control.loseSession(name);
  sandbox.control.restart();
  for (const { id, name } of lines) {
    await eventually(async () => (await readNumber(gateway, id)).is_paired).toBe(false);
    await eventually(() => eventTypes(gateway, id)).toContain('number.disconnected');
    expect((await placeOf(gateway, id)).name).toBe(name);
    await eventually(async () => (await findingsOf(gateway, id)).every(({ ended_at }) => ended_at !== null)).toBe(true);
    expect((await findingsOf(gateway, id)).flatMap(({ repairs }) => repairs)).not.toContainEqual([
      'recreate',
      'proved',
    ]);
  }
});

test('an instance that is in the database of its server only is in error until it is loaded, and repairs grow rare', async () => {
  const { id, name } = await line();
  sandbox.control.forgetMemory(name);
  await eventually(async () => (await findingsOf(gateway, id))[0]?.step, 30_000).toBeGreaterThanOrEqual(4);
  expect(await findingOf(gateway, id)).toMatchObject({ kind: 'instance_not_loaded', outcome: null });
  expect(await readNumber(gateway, id)).toMatchObject({ status: 'error', status_reason: 'not_loaded' });
  const alerts = (await toldTo(gateway, operatorId)).filter(({ payload }) => payload.kind === 'repair_fails');
  expect(alerts).toHaveLength(1);
  sandbox.control.restart();
  await eventually(async () => (await readNumber(gateway, id)).status).toBe('connected');
  await eventually(async () => (await findingsOf(gateway, id)).every(({ ended_at }) => ended_at !== null)).toBe(true);
});

test('a bot or another reader that is not ours is told to the operators, and left as it is', async () => {
  const { id, name } = await line();
  sandbox.control.setKnobs({ bots: true });
  sandbox.control.switchOn(name, ['Chatwoot', 'typebot']);
  await eventually(async () => (await findingsOf(gateway, id))[0]?.detail).toEqual({
    settings: ['Chatwoot', 'typebot'],
  });
  expect(await findingOf(gateway, id)).toMatchObject({ kind: 'foreign_setting', outcome: null, repairs: [] });
  const told = (await toldTo(gateway, operatorId)).filter(({ payload }) => payload.kind === 'foreign_setting');
  expect(told.map(({ type }) => type)).toEqual(['fleet.finding', 'fleet.alert']);
  sandbox.control.switchOn(name, []);
  await isMended(id).toEqual(['gone']);
});

test('every finding and every repair is told to each operator, and to nobody else', async () => {
  const { id, name } = await line();
  sandbox.control.wipeWebhook(name);
  await isMended(id).toEqual(['mended']);
  const told = (await toldTo(gateway, operatorId)).filter(({ payload }) => payload.phone_number_id === id);
  expect(told.map(({ type, payload }) => [type, payload.state ?? payload.step])).toEqual([
    ['fleet.finding', 'found'],
    ['fleet.repair', 'set_webhook'],
    ['fleet.finding', 'mended'],
  ]);
  expect(await eventTypes(gateway, id)).not.toContain('fleet.finding');
});

test('where the backend shows all states at once, no number is asked for its own', async () => {
  const { name } = await line();
  sandbox.control.setKnobs({ openMetrics: true });
  await untilPassed(gateway);
  sandbox.control.ledger.clear();
  await untilPassed(gateway);
  const urls = sandbox.control.ledger.calls().map(({ url }) => url);
  expect(urls).toContain('/metrics');
  expect(urls).toContain(`/webhook/find/${name}`);
  expect(urls.filter((url) => url === `/instance/connectionState/${name}`)).toEqual([]);
});
