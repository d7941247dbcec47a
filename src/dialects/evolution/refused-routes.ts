import type { Method, Routes } from './routes.ts';

type Refused = { reason: string; asksNobody?: boolean; routes: readonly `${Method} ${string}`[] };

const bots = ['typebot', 'openai', 'dify', 'flowise', 'n8n', 'evoai', 'evolutionBot'] as const;
const brokers = ['websocket', 'rabbitmq', 'nats', 'pusher', 'sqs', 'kafka'] as const;

const inboundIsOurs = 'Calls of the channels go to the servers behind this one, never through it.';
const noBots = 'Bots are not run here: let an endpoint (webhook/set) call your own.';
const noBrokers = 'Events are delivered by webhooks alone: see webhook/set.';
const noCredentials = 'Credentials of others are not kept here.';
const noPages = 'There are no pages here. The API document is at /api-docs.';
const lowLevel = 'This reaches below the level at which phone numbers can be kept apart.';

/** Routes of that server that are not offered here, each with the reason that it is answered with. */
export const refused: readonly Refused[] = [
  {
    reason: inboundIsOurs,
    asksNobody: true,
    routes: [
      'POST /webhook/evolution',
      'GET /webhook/meta',
      'POST /webhook/meta',
      'POST /chatwoot/webhook/:instanceName',
    ],
  },
  { reason: noPages, asksNobody: true, routes: ['GET /manager', 'GET /manager/*', 'GET /assets/*', 'GET /store/*'] },
  { reason: 'The figures of the servers are for operators.', asksNobody: true, routes: ['GET /metrics'] },
  {
    reason: 'Phone numbers leave by the way that the operator laid: no proxies of their own.',
    routes: ['POST /proxy/set/:instanceName', 'GET /proxy/find/:instanceName'],
  },
  { reason: 'Labels can be read, not changed.', routes: ['POST /label/handleLabel/:instanceName'] },
  { reason: 'Calls are not offered.', routes: ['POST /call/offer/:instanceName'] },
  {
    reason: 'Templates and catalogues are kept with Meta: manage them there.',
    routes: [
      'POST /template/create/:instanceName',
      'GET /template/find/:instanceName',
      'POST /business/getCatalog/:instanceName',
      'POST /business/getCollections/:instanceName',
    ],
  },
  {
    reason: lowLevel,
    routes: [
      'POST /baileys/onWhatsapp/:instanceName',
      'POST /baileys/profilePictureUrl/:instanceName',
      'POST /baileys/assertSessions/:instanceName',
      'POST /baileys/createParticipantNodes/:instanceName',
      'POST /baileys/getUSyncDevices/:instanceName',
      'POST /baileys/generateMessageTag/:instanceName',
      'POST /baileys/sendNode/:instanceName',
      'POST /baileys/signalRepositoryDecryptMessage/:instanceName',
      'POST /baileys/getAuthState/:instanceName',
    ],
  },
  {
    reason: noBrokers,
    routes: brokers.flatMap((name) => [`POST /${name}/set/:instanceName`, `GET /${name}/find/:instanceName`] as const),
  },
  {
    reason: 'Chatwoot is not connected here: let an endpoint (webhook/set) call it.',
    routes: ['POST /chatwoot/set/:instanceName', 'GET /chatwoot/find/:instanceName'],
  },
  { reason: noBots, routes: bots.flatMap(routesOfBot) },
  {
    reason: noBots,
    routes: ['POST /typebot/start/:instanceName', 'GET /openai/getModels/:instanceName'],
  },
  {
    reason: noCredentials,
    routes: [
      'POST /openai/creds/:instanceName',
      'GET /openai/creds/:instanceName',
      'DELETE /openai/creds/:openaiCredsId/:instanceName',
    ],
  },
  {
    reason: 'Media is not kept in a store of its own: ask for it by chat/getBase64FromMediaMessage.',
    routes: ['POST /s3/getMedia/:instanceName', 'POST /s3/getMediaUrl/:instanceName'],
  },
];

export function addRefusedRoutes(routes: Routes): void {
  for (const { reason, asksNobody = false, routes: ofReason } of refused) {
    for (const route of ofReason) {
      const [method, path] = route.split(' ') as [Method, string];
      routes.refused(method, path, reason, { asksNobody });
    }
  }
}

function routesOfBot(bot: string): `${Method} ${string}`[] {
  const one = `/:${bot}Id/:instanceName`;
  return [
    `POST /${bot}/create/:instanceName`,
    `GET /${bot}/find/:instanceName`,
    `GET /${bot}/fetch${one}`,
    `PUT /${bot}/update${one}`,
    `DELETE /${bot}/delete${one}`,
    `POST /${bot}/settings/:instanceName`,
    `GET /${bot}/fetchSettings/:instanceName`,
    `POST /${bot}/changeStatus/:instanceName`,
    `GET /${bot}/fetchSessions${one}`,
    `POST /${bot}/ignoreJid/:instanceName`,
  ];
}
