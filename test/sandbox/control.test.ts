import { expect, test } from 'vitest';
import { useSandbox } from './support/harness.ts';

const t = useSandbox();
const control = (method: string, path: string, body?: unknown) => t.api.call(method, `/__sandbox${path}`, body);

test('the control API asks for the global key', async () => {
  await t.api.create('mine', { token: 'mine-token' });
  for (const key of [null, 'wrong', 'mine-token']) {
    expect((await t.api.call('GET', '/__sandbox/knobs', undefined, key)).status).toBe(401);
  }
  expect((await control('GET', '/knobs')).status).toBe(200);
});

test('knobs are read and turned over HTTP, and a wrong one is named', async () => {
  expect((await control('PATCH', '/knobs', { latencyMs: 1 })).body.latencyMs).toBe(1);
  expect((await control('GET', '/knobs')).body.latencyMs).toBe(1);
  expect(await control('PATCH', '/knobs', { nope: 1 })).toEqual({
    status: 400,
    body: { error: 'no knob is called nope' },
  });
});

test('a phone is scanned, dropped and removed over HTTP', async () => {
  await t.api.create('line', { integration: 'WHATSAPP-BAILEYS', qrcode: true, webhook: t.webhook });
  const phone = { number: '5511977776666', profileName: 'Corner Bakery' };
  expect((await control('POST', '/instances/line/scan', phone)).status).toBe(200);
  await t.api.untilState('line', 'open');
  expect((await control('GET', '/instances')).body).toEqual([
    { name: 'line', state: 'open', connectionStatus: 'open', ownerJid: '5511977776666@s.whatsapp.net' },
  ]);
  await control('POST', '/instances/line/drop', { code: 515 });
  await t.listener.waitFor('connection.update', 5);
  await control('POST', '/instances/line/remove-device', {});
  expect(await t.api.state('line')).toBe('close');
});

test('messages come in, are echoed and acknowledged on demand', async () => {
  await control('PATCH', '/knobs', { acks: false, echo: false });
  await t.api.connected('line', { webhook: t.webhook });
  const sent = await t.api.send('line', '5511999999999');
  await control('POST', '/instances/line/echo', { id: sent.body.key.id });
  await t.listener.waitFor('send.message');
  await control('POST', '/instances/line/ack', { id: sent.body.key.id, status: 'PLAYED' });
  expect((await t.listener.waitFor('messages.update'))[0]?.body.data.status).toBe('PLAYED');
  const inbound = {
    from: '5511888888888',
    media: { mediatype: 'image', url: 'https://files.example/a.jpg', caption: 'c' },
  };
  const { body } = await control('POST', '/instances/line/receive', inbound);
  const [received] = await t.listener.waitFor('messages.upsert');
  expect(received?.body.data).toMatchObject({ key: { id: body.result, fromMe: false }, messageType: 'imageMessage' });
  await control('POST', '/instances/line/emit', { event: 'call', data: { status: 'offer' } });
  await t.listener.waitFor('call');
});

test('the ledger shows calls, sends and webhook attempts, filtered and from a point on', async () => {
  await t.api.create('plain', { token: 'own', webhook: t.webhook });
  await t.api.send('plain', '111', 'one');
  const last = (await control('GET', '/ledger')).body.sends.at(-1).seq;
  await t.api.call('POST', '/message/sendText/plain', { number: '222', text: 'two' }, 'own');
  await t.listener.waitFor('send.message', 2);
  expect((await control('GET', '/ledger?kind=sends&number=222')).body.sends).toMatchObject([{ text: 'two' }]);
  expect((await control('GET', `/ledger?kind=sends&after=${last}`)).body.sends).toHaveLength(1);
  const { calls, hooks } = (await control('GET', '/ledger?kind=calls,hooks')).body;
  expect(calls.map((call: { apikey: string }) => call.apikey)).toEqual(['global', 'global', 'token']);
  expect(calls.at(-1)).toMatchObject({ method: 'POST', outcome: 201, body: { number: '222' } });
  expect(hooks.filter((hook: { outcome: number }) => hook.outcome === 200).length).toBeGreaterThanOrEqual(2);
  await control('DELETE', '/ledger');
  expect((await control('GET', '/ledger')).body).toEqual({ sends: [], calls: [], hooks: [], dropped: 0 });
});

test('instances are forgotten by memory, by database or by both', async () => {
  for (const name of ['one', 'two', 'three']) await t.api.create(name, { webhook: t.webhook });
  await control('POST', '/instances/one/forget-memory', {});
  await control('POST', '/instances/two/forget-row', {});
  await control('POST', '/instances/three/forget', {});
  expect(await t.api.state('one')).toBe(undefined);
  expect(await t.api.state('two')).toBe('open');
  expect((await t.api.call('GET', '/instance/fetchInstances?instanceName=two')).body).toEqual([]);
  expect((await t.api.call('GET', '/instance/connectionState/three')).status).toBe(404);
});

test('a restart brings open phones back by themselves, others to a new QR, and loses calls under way', async () => {
  await t.api.connected('open', { webhook: t.webhook });
  await t.api.create('shut', { integration: 'WHATSAPP-BAILEYS', webhook: t.webhook });
  await t.listener.waitFor('instance.create', 2);
  await t.listener.waitFor('connection.update', 3);
  const before = t.listener.received.length;
  t.listener.answerWith(500);
  // The next try must not come before the restart.
  t.sandbox.control.setKnobs({ webhookRetryFactor: 1 });
  await t.api.send('open', '5511999999999');
  await t.listener.waitFor('send.message');
  t.listener.answerWith(200);
  await control('POST', '/restart', {});
  await t.api.untilState('open', 'open');
  await t.api.untilState('shut', 'connecting');
  await t.listener.waitFor('qrcode.updated', 2);
  expect(t.listener.of('send.message')).toHaveLength(1);
  const told = t.listener.received.slice(before).filter((call) => call.body.instance === 'open');
  expect(told.map((call) => call.body.data.state).filter(Boolean)).toEqual(['connecting', 'open']);
});

test('a webhook call under way is lost in a restart: its failure is never known', async () => {
  await t.api.create('plain', { webhook: { ...t.webhook, events: ['SEND_MESSAGE'] } });
  t.listener.hold(80);
  t.listener.answerWith(500, 200);
  await t.api.send('plain', '1', 'lost');
  await t.listener.waitFor('send.message');
  t.sandbox.control.restart();
  await t.api.untilState('plain', 'open');
  await t.api.send('plain', '1', 'after');
  const known = () => t.sandbox.control.ledger.hooks().map((hook) => hook.outcome);
  await expect.poll(known).toEqual([200]);
});

test('one status of one message is told once', async () => {
  t.sandbox.control.setKnobs({ acks: false });
  await t.api.connected('line', { webhook: t.webhook });
  const { id } = (await t.api.send('line', '5511999999999')).body.key;
  for (const status of ['READ', 'READ', 'PLAYED']) await t.sandbox.control.acknowledge('line', id, status);
  const told = await t.listener.waitFor('messages.update', 2);
  expect(told.map((call) => call.body.data.status)).toEqual(['READ', 'PLAYED']);
});

test('deeds on instances that are not there, and unknown paths, are refused', async () => {
  expect((await control('POST', '/instances/nobody/drop', {})).status).toBe(400);
  expect((await control('POST', '/instances/nobody/dance', {})).status).toBe(404);
  expect((await control('GET', '/nothing')).status).toBe(404);
});

test('many messages come in at once, numbered, from senders in turn, media among them', async () => {
  await t.api.connected('line', { webhook: { ...t.webhook, events: ['MESSAGES_UPSERT'] } });
  const flood = { count: 50, from: '5511888888000', senders: 5, text: 'no.' };
  const { body } = await control('POST', '/instances/line/receive-many', flood);
  const media = { mediatype: 'image', base64: Buffer.from('picture').toString('base64'), caption: 'no.' };
  await control('POST', '/instances/line/receive-many', { ...flood, count: 3, media });
  const told = (await t.listener.waitFor('messages.upsert', 53)).map((call) => call.body.data);
  expect(told.filter(({ messageType }) => messageType === 'imageMessage')).toHaveLength(3);
  const first = told.filter(({ messageType }) => messageType === 'conversation');
  expect(first.map(({ key }) => key.id).sort()).toEqual([...body.result.ids].sort());
  expect(new Set(first.map(({ key }) => key.remoteJid)).size).toBe(5);
  expect(new Set(first.map(({ message }) => message.conversation)).size).toBe(50);
});

test('messages come in at a pace', async () => {
  await t.api.create('plain');
  const started = performance.now();
  await control('POST', '/instances/plain/receive-many', { count: 11, from: '1', text: 'x', perSecond: 50 });
  expect(performance.now() - started).toBeGreaterThanOrEqual(198);
});

test.each([{ count: 0 }, { count: 'many' }, { count: 100_001 }, { count: 1, from: 7 }])(
  '%j is no flood',
  async (body) => {
    await t.api.create('plain');
    expect((await control('POST', '/instances/plain/receive-many', { from: '1', ...body })).status).toBe(400);
  },
);

test('what somebody does to an instance behind the back of a fleet is done over HTTP', async () => {
  await t.api.connected('line', { webhook: t.webhook });
  const at = (what: string) => t.api.call('GET', `/${what}/find/line`);
  await control('POST', '/instances/line/change-webhook', { url: 'http://127.0.0.1:9/else' });
  expect((await at('webhook')).body.url).toBe('http://127.0.0.1:9/else');
  await control('POST', '/instances/line/change-settings', { rejectCall: true });
  expect((await at('settings')).body.rejectCall).toBe(true);

  expect((await at('typebot')).status).toBe(400);
  await control('PATCH', '/knobs', { bots: true });
  await control('POST', '/instances/line/switch-on', { what: ['typebot', 'Chatwoot'] });
  expect((await at('typebot')).body).toHaveLength(1);
  expect((await at('dify')).body).toEqual([]);
  const [row] = (await t.api.call('GET', '/instance/fetchInstances?instanceName=line')).body;
  expect([row.Chatwoot.enabled, row.Rabbitmq]).toEqual([true, null]);

  expect((await control('POST', '/instances/line/set-state', { state: 'asleep' })).status).toBe(400);
  await control('POST', '/instances/line/set-state', { state: 'close' });
  expect(await t.api.state('line')).toBe('close');
  await control('POST', '/instances/line/lose-session', {});
  await t.api.call('GET', '/instance/connect/line');
  expect(await t.api.state('line')).toBe('connecting');
});

test('the states of all instances are at /metrics, where it is open', async () => {
  await t.api.create('plain');
  expect(await t.api.call('GET', '/metrics', undefined, null)).toEqual({
    status: 401,
    body: 'Authentication required',
  });
  await control('PATCH', '/knobs', { openMetrics: true });
  expect((await t.api.call('GET', '/metrics', undefined, null)).body).toContain(
    'evolution_instance_state{instance="plain",integration="EVOLUTION",state="open"} 1\n',
  );
});
