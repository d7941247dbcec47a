import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { instanceIdOf } from '../../../src/evolution/instance-id.ts';
import { formatBody, typesOfFormat } from '../../../src/modules/webhooks/format-body.ts';
import type { ToldEvent } from '../../../src/modules/webhooks/told-event.ts';

const recorded = (name: string) =>
  JSON.parse(readFileSync(`test/fixtures/contract/hooks/${name}.json`, 'utf8')).deliveries[0].body;

const number: ToldEvent['number'] = {
  id: 7,
  instanceName: 'user_1_1704067200000_a1b2c3d4',
  alias: 'support',
  displayName: 'Customer Service',
  phoneNumber: '5511999999999',
  profileName: 'My Shop',
  ownJid: '5511999999999@s.whatsapp.net',
  tokenHint: 'wat_…abcd',
};

const told = (type: string, payload: Record<string, unknown>, more: Partial<ToldEvent> = {}): ToldEvent => ({
  id: 'evt_018f',
  type,
  sequence: 3,
  at: new Date('2026-11-20T12:00:00.500Z'),
  payload,
  number,
  message: null,
  url: 'https://receiver.example/hook',
  serverUrl: 'https://gateway.example',
  ...more,
});

const received = {
  whatsapp_id: '3AINBOUND000000000001',
  from: '5511888888888',
  chat: '5511888888888@s.whatsapp.net',
  text: 'hi from phone',
  push_name: 'Alice WA',
  message_type: 'conversation',
  timestamp: 1795176647,
  message: { conversation: 'hi from phone' },
  key: recorded('h55-WA-messages.upsert-conversation').data.key,
  source: 'android',
};
const status = { message_id: 'm', whatsapp_id: '3EB0198A6CA060A81A1F7B', remote_jid: '5511888888888@s.whatsapp.net' };

const bodyOf = (format: 'evofleet' | 'evolution' | 'connect', event: ToldEvent) =>
  JSON.parse(formatBody(format, event));

describe('evofleet', () => {
  test('names the number and hands the payload over', () => {
    expect(bodyOf('evofleet', told('number.connected', { status: 'connected' }))).toEqual({
      id: 'evt_018f',
      event: 'number.connected',
      timestamp: '2026-11-20T12:00:00.500Z',
      sequence: 3,
      phone_number: {
        id: 7,
        instance_name: 'user_1_1704067200000_a1b2c3d4',
        alias: 'support',
        display_name: 'Customer Service',
        phone_number: '5511999999999',
      },
      payload: { status: 'connected' },
    });
  });
});

describe('connect', () => {
  test('is the body that the connector sends for a received message', () => {
    expect(bodyOf('connect', told('message.received', received))).toEqual({
      event: 'message',
      clientId: 'support',
      from: '5511888888888@c.us',
      to: '5511999999999@c.us',
      body: 'hi from phone',
      timestamp: 1795176647,
      messageId: '3AINBOUND000000000001',
    });
  });
  test('says the caption of media, and the address of a group as it is', () => {
    const event = told('message.received', { ...received, text: undefined, caption: 'look', chat: '120363@g.us' });
    expect(bodyOf('connect', event)).toMatchObject({ body: 'look', from: '120363@g.us' });
  });
  test('has words for received messages alone', () => {
    expect(typesOfFormat.connect).toEqual(['message.received']);
  });
});

describe('evolution', () => {
  /** The recorded call, with what is ours in the places of what is the server's. */
  const ours = (name: string) => ({
    ...recorded(name),
    instance: 'support',
    destination: 'https://receiver.example/hook',
    date_time: '2026-11-20T12:00:00.500Z',
    sender: '5511999999999@s.whatsapp.net',
    server_url: 'https://gateway.example',
    apikey: 'wat_…abcd',
  });

  test('a received message is the recorded call, but for the delivery status that is not ours to say', () => {
    const expected = ours('h55-WA-messages.upsert-conversation');
    delete expected.data.status;
    expected.data.instanceId = instanceIdOf(number.instanceName);
    expect(bodyOf('evolution', told('message.received', received))).toEqual(expected);
  });

  test('a sent text is the recorded call, but for the context that the backend adds', () => {
    const expected = ours('h44-WA-send.message-conversation');
    delete expected.data.contextInfo;
    delete expected.data.pushName;
    Object.assign(expected.data, {
      instanceId: instanceIdOf(number.instanceName),
      source: 'unknown',
      messageTimestamp: 1795176000,
    });
    const message = { kind: 'text', content: { text: 'hello via baileys' } };
    expect(bodyOf('evolution', told('message.sent', { ...status, kind: 'text' }, { message }))).toEqual(expected);
  });

  test('sent media say what is kept of them', () => {
    const content = { caption: 'look', mimetype: 'image/png', media_url: 'https://example.com/a.png', sha256: 'x' };
    const event = told('message.sent', { ...status, kind: 'image' }, { message: { kind: 'image', content } });
    expect(bodyOf('evolution', event).data).toMatchObject({
      messageType: 'imageMessage',
      message: { imageMessage: { caption: 'look', mimetype: 'image/png', url: 'https://example.com/a.png' } },
    });
  });

  test.each([
    ['message.delivered', 'h45-WA-messages.update-DELIVERY-ACK'],
    ['message.read', 'h46-WA-messages.update-READ'],
  ])('%s is the recorded call %s', (type, name) => {
    const expected = ours(name);
    Object.assign(expected.data, { instanceId: instanceIdOf(number.instanceName), messageId: 'm' });
    const event = told(type, { ...status, whatsapp_id: expected.data.keyId, remote_jid: expected.data.remoteJid });
    expect(bodyOf('evolution', event)).toEqual(expected);
  });

  test('a voice note is an audio message, and played is a status', () => {
    const message = { kind: 'voice', content: { mimetype: 'audio/ogg' } };
    const sent = bodyOf('evolution', told('message.sent', { ...status, kind: 'voice' }, { message }));
    expect(sent.data).toMatchObject({
      messageType: 'audioMessage',
      message: { audioMessage: { mimetype: 'audio/ogg' } },
    });
    expect(bodyOf('evolution', told('message.played', status))).toMatchObject({
      event: 'messages.update',
      data: { status: 'PLAYED' },
    });
  });

  test('a QR code, a connection and its end are the recorded calls', () => {
    const image = 'data:image/png;base64,aa';
    expect(bodyOf('evolution', told('number.qr', { qr_code: image, pairing_code: null }))).toMatchObject({
      event: 'qrcode.updated',
      data: { qrcode: { instance: 'support', pairingCode: null, base64: image } },
    });
    const open = ours('h43-WA-connection.update-open');
    open.data.instance = 'support';
    expect(bodyOf('evolution', told('number.connected', {}))).toEqual(open);
    const close = ours('h61-WA-connection.update-close');
    close.data.instance = 'support';
    expect(bodyOf('evolution', told('number.disconnected', { status_reason: 'logged_out' }))).toEqual(close);
  });

  test('without an alias a number is called by the name that is ours', () => {
    const event = told('number.created', {}, { number: { ...number, alias: null } });
    expect(bodyOf('evolution', event)).toMatchObject({ event: 'instance.create', instance: number.instanceName });
  });

  test('has no words for what a server never says', () => {
    expect(typesOfFormat.evolution).not.toEqual(expect.arrayContaining(['message.failed']));
    expect(typesOfFormat.evolution).not.toEqual(expect.arrayContaining(['endpoint.disabled']));
  });
});

test('a test call is none of a format’s own events', () => {
  for (const format of ['evolution', 'connect'] as const) {
    expect(bodyOf(format, told('endpoint.test', {})).event).toBe('test');
  }
  expect(bodyOf('evofleet', told('endpoint.test', {}))).toMatchObject({ event: 'endpoint.test', sequence: null });
});
