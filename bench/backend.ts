import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jobFromParent, tellParent } from './child.ts';

/**
 * The fixed-answer backend: as much of an Evolution API 2.3 server as a gateway needs to create numbers on it, and a
 * sendText that answers the same after the same time, whatever is sent. It keeps nothing and calls nobody after a send.
 */
type Job = { apiKey: string; delayMs: number };
type Webhook = { url: string; headers?: Record<string, string> };
type Instance = { name: string; id: string; token: string; integration: string; state: string; webhook?: Webhook };
type CreateBody = { instanceName: string; integration: string; token?: string; webhook?: Webhook };
type Reply = { status: number; body: unknown };

const instances = new Map<string, Instance>();
let sent = 0;
let scanned = 0;
const qrCode = '2@bench';
const qrImage =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const { apiKey, delayMs } = await jobFromParent<Job>();
const server = createServer(receive);
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', 1024, () => tellParent({ port: (server.address() as AddressInfo).port }));
process.on('message', ({ ask }: { ask: 'sent' | 'webhooks' }) =>
  tellParent(
    ask === 'sent'
      ? { sent }
      : { webhooks: [...instances.values()].map(({ name, webhook }) => ({ name, ...webhook })) },
  ),
);

function receive(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const answer = ({ status, body }: Reply) => {
      const text = JSON.stringify(body);
      response.writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text);
    };
    const body = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
    const [, area, action, rawName] = (request.url ?? '/').split('?', 1)[0]?.split('/') ?? [];
    const name = decodeURIComponent(rawName ?? '');
    const instance = instances.get(name);
    if (action === 'sendText' && instance !== undefined && request.headers.apikey === apiKey) {
      setTimeout(() => answer(sendText(instance, body)), delayMs);
    } else {
      route(request, `${area}/${action ?? ''}`, name, body).then(answer, (error: Error) => response.destroy(error));
    }
  });
}

function sendText(instance: Instance, body: { number: string; text: string }): Reply {
  sent += 1;
  return created({
    key: {
      remoteJid: body.number.includes('@') ? body.number : `${body.number}@s.whatsapp.net`,
      fromMe: true,
      id: `3EB0${randomBytes(9).toString('hex').toUpperCase()}`,
    },
    pushName: 'Você',
    status: 'PENDING',
    message: { conversation: body.text },
    contextInfo: {
      mentionedJid: [],
      groupMentions: [],
      ephemeralSettingTimestamp: { low: 1795003844, high: 0, unsigned: false },
      disappearingMode: { initiator: 0 },
    },
    messageType: 'conversation',
    messageTimestamp: Math.floor(Date.now() / 1000),
    instanceId: instance.id,
    source: 'web',
  });
}

async function route(request: IncomingMessage, action: string, name: string, body: unknown): Promise<Reply> {
  if (action === '/')
    return found({ status: 200, message: 'Welcome to the Evolution API, it is working!', version: '2.3.6' });
  if (request.headers.apikey !== apiKey) return refused(401, 'Unauthorized', 'Unauthorized');
  if (action === 'verify-creds/') return found({ status: 200, message: 'Credentials are valid' });
  if (action === 'instance/create') return create(body as CreateBody);
  if (action === 'instance/fetchInstances') return fetchInstances(new URL(request.url ?? '/', 'http://backend'));
  const instance = instances.get(name);
  if (instance === undefined) return refused(404, 'Not Found', [`The "${name}" instance does not exist`]);
  switch (action) {
    case 'instance/connectionState':
    case 'instance/connect':
    case 'instance/restart':
      return found({ instance: { instanceName: name, state: instance.state } });
    case 'instance/delete':
      instances.delete(name);
      return found({ status: 'SUCCESS', error: false, response: { message: 'Instance deleted' } });
    case 'webhook/set':
      instance.webhook = (body as { webhook: Webhook }).webhook;
      return created(webhookRow(instance));
    case 'webhook/find':
      return found(instance.webhook === undefined ? null : webhookRow(instance));
    case 'settings/set':
      return created({ settings: { instanceName: name, settings: body } });
    default:
      return refused(404, 'Not Found', [`Cannot ${request.method} ${request.url}`]);
  }
}

function fetchInstances({ searchParams }: URL): Reply {
  const name = searchParams.get('instanceName');
  if (name === null) return found([...instances.values()].map(instanceRow));
  const instance = instances.get(name);
  if (instance === undefined) return refused(404, 'Not Found', [`Instance "${name}" not found`]);
  return found([instanceRow(instance)]);
}

async function create(body: CreateBody): Promise<Reply> {
  const { instanceName: name, integration, webhook } = body;
  if (instances.has(name)) return refused(403, 'Forbidden', [`This name "${name}" is already in use.`]);
  const scans = integration === 'WHATSAPP-BAILEYS';
  const token = body.token ?? randomUUID().toUpperCase();
  const state = scans ? 'connecting' : 'open';
  const instance: Instance = { name, id: randomUUID(), token, integration, state, ...(webhook && { webhook }) };
  instances.set(name, instance);
  if (scans) {
    await call(instance, 'qrcode.updated', {
      qrcode: { instance: name, pairingCode: null, code: qrCode, base64: qrImage },
    });
    // The scan follows when the answer is out.
    setTimeout(connect, 20, instance);
  }
  return created({
    instance: {
      instanceName: name,
      instanceId: instance.id,
      integration,
      webhookWaBusiness: null,
      accessTokenWaBusiness: '',
      status: state,
    },
    hash: token,
    webhook: {
      webhookUrl: webhook?.url,
      webhookHeaders: webhook?.headers,
      webhookByEvents: false,
      webhookBase64: false,
    },
    websocket: {},
    rabbitmq: {},
    nats: {},
    sqs: {},
    settings: {
      rejectCall: false,
      msgCall: '',
      groupsIgnore: false,
      alwaysOnline: false,
      readMessages: false,
      readStatus: false,
      syncFullHistory: false,
      wavoipToken: '',
    },
    ...(scans && { qrcode: { pairingCode: null, code: qrCode, base64: qrImage, count: 1 } }),
  });
}

async function connect(instance: Instance): Promise<void> {
  instance.state = 'open';
  const data = { instance: instance.name, wuid: `62811${String(++scanned).padStart(8, '0')}@s.whatsapp.net` };
  await call(instance, 'connection.update', { ...data, profileName: 'Bench', state: 'open', statusReason: 200 });
}

async function call(instance: Instance, event: string, data: object): Promise<void> {
  if (instance.webhook === undefined) return;
  const { url, headers } = instance.webhook;
  const body = {
    event,
    instance: instance.name,
    data,
    destination: url,
    date_time: new Date().toISOString(),
    server_url: 'http://127.0.0.1',
    apikey: instance.token,
  };
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    });
    if (!answer.ok) console.error(`${event} for ${instance.name}: ${answer.status} ${await answer.text()}`);
  } catch (error) {
    console.error(`${event} for ${instance.name}: ${error}`);
  }
}

const instanceRow = (instance: Instance) => ({
  id: instance.id,
  name: instance.name,
  connectionStatus: instance.state,
  integration: instance.integration,
  token: instance.token,
});

const webhookRow = (instance: Instance) => ({
  id: instance.id,
  url: instance.webhook?.url,
  headers: instance.webhook?.headers,
  enabled: true,
  events: [],
  webhookByEvents: false,
  webhookBase64: false,
  instanceId: instance.id,
});

const found = (body: unknown): Reply => ({ status: 200, body });
const created = (body: unknown): Reply => ({ status: 201, body });
const refused = (status: number, error: string, message: unknown): Reply => ({
  status,
  body: { status, error, response: { message } },
});
