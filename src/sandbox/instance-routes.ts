import { createSchema, EVOLUTION_MESSAGES } from '../evolution/wire.ts';
import { logOut, lose, openSocket } from './connection.ts';
import { badRequest } from './errors.ts';
import { fetchInstances } from './fetch-instances.ts';
import { createInstance, removeInstance } from './instances.ts';
import { type Handler, type Route, targetName } from './route.ts';
import type { Answer, Json, Live } from './types.ts';
import { requireValid } from './validate.ts';
import { asJson, asText, type World } from './world.ts';

const create: Handler = async (world, call) => {
  requireValid(call.body, createSchema);
  const data: Json = { ...call.query, ...call.body };
  const { row, live, settings } = await createInstance(world, data);
  let qrcode: Json | undefined;
  if (data.qrcode && row.integration === 'WHATSAPP-BAILEYS') {
    openSocket(world, live, asText(data.number) ?? null);
    await world.timers.wait(world.knobs.createQrWaitMs);
    qrcode = live.qr;
  }
  const webhook = asJson(data.webhook);
  const business = row.integration === 'WHATSAPP-BUSINESS';
  const body = {
    instance: {
      instanceName: row.name,
      instanceId: row.id,
      integration: row.integration,
      webhookWaBusiness: business ? `${world.url}/webhook/meta` : null,
      accessTokenWaBusiness: business ? 'evolution' : '',
      status: live.state,
    },
    hash: row.token,
    webhook: {
      webhookUrl: webhook.url,
      webhookHeaders: webhook.headers,
      webhookByEvents: webhook.byEvents,
      webhookBase64: webhook.base64,
    },
    websocket: {},
    rabbitmq: {},
    nats: {},
    sqs: {},
    settings,
    qrcode,
  };
  return { status: 201, body };
};

const connect: Handler = (world, call) => connectNamed(world, targetName(call), asText(call.query.number) ?? null);

async function connectNamed(world: World, name: string, number: string | null): Promise<Answer> {
  const live = world.lives.get(name);
  if (!live) return failed;
  if (live.state === 'open') return stateAnswer(name, live);
  if (live.state === 'close') {
    if (live.integration === 'WHATSAPP-BAILEYS') openSocket(world, live, number);
    await world.timers.wait(world.knobs.connectWaitMs);
  }
  return { status: 200, body: live.qr };
}

const restart: Handler = (world, call) => {
  const name = targetName(call);
  const live = world.lives.get(name);
  if (!live || live.state === 'close') return failed;
  // Answered first: the socket's end is noticed only afterwards.
  const answer = live.state === 'open' ? stateAnswer(name, live) : { status: 200, body: { ...live.qr } };
  if (live.integration === 'WHATSAPP-BAILEYS') world.timers.after(1, () => lose(world, live, 500));
  return answer;
};

const logout: Handler = (world, call) => {
  const name = targetName(call);
  const live = world.lives.get(name);
  if (live?.state === 'close') throw badRequest(EVOLUTION_MESSAGES.instanceNotConnected(name));
  if (live) endSession(world, live);
  return accepted(EVOLUTION_MESSAGES.loggedOut);
};

const remove: Handler = (world, call) => {
  const name = targetName(call);
  const live = world.lives.get(name);
  if (live) {
    const connected = live.state === 'connecting' || live.state === 'open';
    void world.emit(live, 'instance.delete', { instanceName: name, instanceId: live.id });
    void removeInstance(world, name);
    if (connected) endSession(world, live);
  } else {
    void removeInstance(world, name);
  }
  return accepted(EVOLUTION_MESSAGES.deleted);
};

/** Only Baileys tells anybody; the other integrations forget it in their database, too. */
function endSession(world: World, live: Live): void {
  if (live.integration === 'WHATSAPP-BAILEYS') logOut(world, live);
  else live.state = 'close';
}

const failed: Answer = { status: 200, body: { error: true, message: EVOLUTION_MESSAGES.connectFailed } };

const accepted = (message: string): Answer => ({
  status: 200,
  body: { status: 'SUCCESS', error: false, response: { message } },
});

const stateAnswer = (name: string, live: Live | undefined): Answer => ({
  status: 200,
  body: { instance: { instanceName: name, state: live?.state } },
});

const route = (method: string, action: string, handle: Handler, named = true): Route => ({
  method,
  path: `/instance/${action}`,
  named,
  guards: 'full',
  handle,
});

export const instanceRoutes: Route[] = [
  route('POST', 'create', create, false),
  route('GET', 'connect', connect),
  route('GET', 'connectionState', (world, call) => {
    const name = targetName(call);
    return stateAnswer(name, world.lives.get(name));
  }),
  route('GET', 'fetchInstances', fetchInstances, false),
  route('POST', 'restart', restart),
  route('DELETE', 'logout', logout),
  route('DELETE', 'delete', remove),
];
