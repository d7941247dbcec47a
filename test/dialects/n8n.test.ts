import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fastKnobs, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../support/gateway.ts';
import { normalise } from './contract/normalise.ts';
import { type Client, createN8nClient, type Item } from './n8n/client.ts';

type Parameters = Record<string, unknown>;

/** The same client against the gateway, and against a server of the contract itself. */
type Side = { client: Client; lastId: string; groupJid: string };

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAHLCMmQAAAABJRU5ErkJggg==';
const person = '5511988880001';

let gateway: TestGateway;
let sandbox: Sandbox;
let there: Sandbox;
let user: TestUser;
let ours: Side;
let theirs: Side;
let fileUrl: string;

const files = createServer((request, response) => {
  const type = { png: 'image/png', mp4: 'video/mp4', mp3: 'audio/mpeg' }[request.url?.split('.').at(-1) ?? ''];
  response.writeHead(200, { 'content-type': type ?? 'application/pdf' }).end(Buffer.from(png, 'base64'));
});

beforeAll(async () => {
  await new Promise<void>((listening) => files.listen(0, '127.0.0.1', listening));
  fileUrl = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
  gateway = await startGateway({ overrides: { egress: { allowCidrs: ['127.0.0.1/32'] } } as never });
  sandbox = gateway.sandboxes[0] as Sandbox;
  user = await gateway.signUp();
  const sideOf = (url: string, apikey: string): Side => ({
    client: createN8nClient({ 'server-url': url, apikey }),
    lastId: '',
    groupJid: '',
  });
  ours = sideOf(gateway.url, user.apiKey);
  there = await startSandbox({ apiKey: 'global-key', knobs: fastKnobs });
  theirs = sideOf(there.url, 'global-key');
});
afterAll(async () => {
  await gateway.close();
  await there.close();
  files.close();
});

/**
 * Runs an operation on both sides. Each must succeed, with the same answer but for what is made up anew; resolves with
 * both.
 */
async function alike(
  resource: string,
  operation: string,
  parameters: Parameters | ((side: Side) => Parameters) = {},
): Promise<[own: Item, other: Item]> {
  const answerOf = async (side: Side) => {
    const own = typeof parameters === 'function' ? parameters(side) : parameters;
    const { json } = await side.client.run(resource, operation, { instanceName: 'shop', ...own });
    return json;
  };
  const [own, other] = [await answerOf(ours), await answerOf(theirs)];
  expect.soft(other.success, `${operation} there: ${JSON.stringify(other)}`).not.toBe(false);
  expect.soft(comparable(own), operation).toEqual(comparable(other));
  return [own, other];
}

async function sent(operation: string, parameters: Parameters | ((side: Side) => Parameters)): Promise<void> {
  const answers = await alike('messages-api', operation, (side) => ({
    remoteJid: person,
    ...(typeof parameters === 'function' ? parameters(side) : parameters),
  }));
  for (const [index, side] of [ours, theirs].entries()) {
    const answer: Item = answers[index];
    side.lastId = (answer.data ?? answer).key?.id ?? side.lastId;
  }
}

function comparable(json: Item): Item {
  // Here a number connects from the start, where that server waits to be told.
  const connecting = /("integration":"WHATSAPP-BAILEYS".*?"status":)"(?:close|connecting)"/;
  return normalise(JSON.parse(JSON.stringify(json).replace(connecting, '$1"unconnected"')));
}

async function backendName(): Promise<string> {
  const { rows } = await gateway.database.pool.query(
    "select backend_name from phone_numbers where alias = 'shop' and deleted_at is null",
  );
  return rows[0].backend_name;
}

describe('the n8n node', () => {
  test('takes the URL and a key as credentials, and no wrong key', async () => {
    expect(await ours.client.testCredentials()).toBe(200);
    expect(await theirs.client.testCredentials()).toBe(200);
    const wrong = createN8nClient({ 'server-url': gateway.url, apikey: 'wrong' });
    expect(await wrong.testCredentials()).toBe(401);
  });

  test('creates an instance, connects it and finds it', async () => {
    await alike('instances-api', 'instance-basic', { instanceName: 'other' });
    await alike('instances-api', 'instance-basic', {
      options_Create_instance: { instanceSettings: { settings: { rejectCall: true, msgCall: 'no calls' } } },
    });
    const [{ data }] = await alike('instances-api', 'instance-connect');
    expect(data.base64).toMatch(/^data:image\/png;base64,/);
    const phone = { number: '5511988889999', profileName: 'Shop' };
    await sandbox.control.scan(await backendName(), phone);
    await there.control.scan('shop', phone);
    const state = async () => {
      const { json } = await ours.client.run('instances-api', 'fetch-instances', { instanceName: 'shop' });
      return json.data[0].connectionStatus;
    };
    await expect.poll(state, { timeout: 10_000 }).toBe('open');
    await alike('instances-api', 'instance-connect');
  });

  test('sets settings, presence and the webhook', async () => {
    await alike('instances-api', 'instance-settings', { rejectCall: true, msgCall: 'no calls' });
    await alike('instances-api', 'set-presence', { presence: 'unavailable' });
    await alike('events-api', 'webhook', { webhookUrl: `${fileUrl}/hook`, webhookEvents: ['MESSAGES_UPSERT'] });
    await alike('events-api', 'webhook', { resourceForWebhook: 'findWebhook' });
    // The node writes a word in place of an empty address; here the last one stays.
    const { json } = await ours.client.run('events-api', 'webhook', { instanceName: 'shop', enabled: false });
    expect(json).toMatchObject({ success: true, data: { enabled: false, events: [], url: `${fileUrl}/hook` } });
  });

  test('sends everything it can', async () => {
    await sent('send-text', { messageText: 'hello' });
    await sent('send-text', ({ lastId }) => ({
      messageText: 'again',
      options_message: {
        delay: 20,
        linkPreview: true,
        quoted: { messageQuoted: { messageId: lastId } },
        mentions: { mentionsSettings: { mentionsEveryOne: false, mentioned: '5511988880002' } },
      },
    }));
    await sent('send-image', { media: `${fileUrl}/picture.png`, mimetype: 'image/png', caption: 'c' });
    await sent('send-image', { media: png, mimetype: 'image/png' });
    await sent('send-video', { media: `${fileUrl}/film.mp4`, caption: 'c' });
    await sent('send-audio', { media: `${fileUrl}/note.mp3` });
    await sent('send-document', { media: `${fileUrl}/paper.pdf`, caption: 'c', fileName: 'paper.pdf' });
    const choices = ['one', 'two'].map((optionValue) => ({ optionValue }));
    await sent('send-poll', { caption: 'which?', options_display: { metadataValues: choices } });
    const contact = { fullName: 'A B', wuid: '5511988880003', phoneNumber: '+55 11 98888-0003' };
    await sent('send-contact', { contacts: { contactValues: [contact] } });
    const buttons = [{ type: 'reply', displayText: 'Yes', id: '1' }];
    await sent('send-buttons', { title: 't', description: 'd', buttons: { buttonValues: buttons } });
    await sent('send-pix', { name: 'Shop', keyType: 'email', key: 'shop@example.com' });
    await sent('send-stories', { type: 'text', content: 'news', statusJidList: person });
    await sent('send-text', { messageText: 'to be liked' });
    await sent('send-reaction', ({ lastId }) => ({ remoteJid: `${person}@s.whatsapp.net`, messageId: lastId }));
  });

  test('reads and changes chats', async () => {
    const chat = `${person}@s.whatsapp.net`;
    await sent('send-text', { messageText: 'to be changed' });
    const last = ({ lastId }: Side) => ({ remoteJid: chat, chat, messageId: lastId, fromMe: true });
    await alike('chat-api', 'check-number', { numbers: `${person}, 5511988880404` });
    await alike('chat-api', 'read-messages', last);
    await alike('chat-api', 'manage-archive', last);
    await alike('chat-api', 'mark-unread', last);
    await alike('chat-api', 'update-message', (side) => ({ ...last(side), text: 'changed' }));
    await alike('chat-api', 'delete-message', last);
    await alike('chat-api', 'fetch-profile-picture', { number: person });
    await alike('chat-api', 'send-presence', { remoteJid: person, delay: 20 });
    await alike('chat-api', 'block-contact', { remoteJid: chat });
    await alike('chat-api', 'find-contacts', {});
    await alike('chat-api', 'find-messages', { remoteJid: chat });
    await alike('chat-api', 'find-status-messages', last);
    await alike('chat-api', 'find-chats', last);
  });

  test('keeps groups', async () => {
    const [own, other] = await alike('groups-api', 'create-group', {
      subject: 's',
      description: 'd',
      participants: person,
    });
    ours.groupJid = own.data.id;
    theirs.groupJid = other.data.id;
    const group = ({ groupJid }: Side) => ({ groupJid });
    await alike('groups-api', 'update-group-name', (side) => ({ ...group(side), subject: 'new' }));
    await alike('groups-api', 'update-group-description', (side) => ({ ...group(side), description: 'new' }));
    await alike('groups-api', 'update-group-picture', (side) => ({ ...group(side), image: `${fileUrl}/picture.png` }));
    await alike('groups-api', 'update-settings', group);
    await alike('groups-api', 'update-participants', (side) => ({ ...group(side), participants: '5511988880004' }));
    await alike('groups-api', 'find-participants', group);
    await alike('groups-api', 'toggle-ephemeral', (side) => ({ ...group(side), expiration: 86_400 }));
    const [{ data: code }, { data: otherCode }] = await alike('groups-api', 'fetch-invite-code', group);
    const inviteCode = (side: Side) => ({ inviteCode: (side === ours ? code : otherCode).inviteCode });
    await alike('groups-api', 'fetch-groups', inviteCode);
    await alike('groups-api', 'fetch-groups', (side) => ({ searchMethod: 'groupJid', ...group(side) }));
    await alike('groups-api', 'fetch-groups', { searchMethod: 'fetchAll', getParticipants: true });
    // The sandbox has no such route; that server sends the link to each number.
    const invite = { instanceName: 'shop', ...group(ours), numbers: person };
    expect
      .soft((await ours.client.run('groups-api', 'send-invite-link', invite)).json)
      .toMatchObject({ success: true });
    await alike('groups-api', 'revoke-invite-code', group);
    await alike('groups-api', 'leave-group', group);
  });

  test('keeps the profile', async () => {
    await alike('profile-api', 'fetch-profile', { remoteJid: person });
    await alike('profile-api', 'fetch-business-profile', { remoteJid: person });
    await alike('profile-api', 'update-profile-name', { name: 'Shop' });
    await alike('profile-api', 'update-profile-status', { status: 'open' });
    await alike('profile-api', 'update-profile-picture', { picture: `${fileUrl}/picture.png` });
    await alike('profile-api', 'remove-profile-picture');
    await alike('profile-api', 'update-privacy-settings');
    await alike('profile-api', 'fetch-privacy-settings');
  });

  test('is told why where something is not offered, and goes on', async () => {
    for (const [resource, operation, parameters, reason] of [
      ['instances-api', 'instance-basic', { instanceName: 'own', token: 'mine' }, 'token: '],
      ['instances-api', 'set-proxy', { proxyHost: 'p.example' }, 'no proxies'],
      ['events-api', 'rabbitmq', { rabbitMQEvents: [] }, 'webhooks alone'],
      ['integrations-api', 'chatwoot', {}, 'Chatwoot is not connected'],
    ] as const) {
      const { json } = await ours.client.run(resource, operation, { instanceName: 'shop', ...parameters });
      expect(json, operation).toMatchObject({ success: false, error: { details: expect.stringContaining(reason) } });
      expect(json.error.details).toMatch(/^403 - /);
    }
  });

  test('restarts, logs out and deletes', async () => {
    await alike('instances-api', 'restart-instance');
    await alike('instances-api', 'logout-instance');
    await alike('instances-api', 'delete-instance');
  });
});
