import { EVOLUTION_MESSAGES } from '../evolution/wire.ts';
import { badRequest } from './errors.ts';
import { notInMemory } from './guards.ts';
import { isBase64, isUrl } from './media.ts';
import { type Handler, type Route, targetName } from './route.ts';
import { sendMediaSchema, sendTextSchema } from './schemas.ts';
import { sendBaileys } from './send-baileys.ts';
import { sendBusiness } from './send-business.ts';
import { evolutionMedia, evolutionText, sendEvolution } from './send-evolution.ts';
import type { Answer, Call, Json } from './types.ts';
import { requireValid } from './validate.ts';
import { asText, type World } from './world.ts';

const sendText: Handler = (world, call) => {
  requireValid(call.body, sendTextSchema);
  return send(world, call, call.body, 'text');
};

const sendMedia: Handler = (world, call) => {
  requireValid(call.body, sendMediaSchema);
  const body = call.file ? { ...call.body, media: call.file.toString('base64') } : call.body;
  const media = asText(body.media) ?? '';
  if (!call.file) {
    if (isBase64(media) && !body.fileName && body.mediatype === 'document') {
      throw badRequest(EVOLUTION_MESSAGES.fileNameRequired);
    }
    if (!isUrl(media) && !isBase64(media)) throw badRequest(EVOLUTION_MESSAGES.mediaNeitherUrlNorBase64);
  }
  return send(world, call, body, 'media');
};

function send(world: World, call: Call, body: Json, kind: 'text' | 'media'): Promise<Answer> {
  const live = world.lives.get(targetName(call));
  if (!live) throw notInMemory(`${kind}Message`);
  switch (live.integration) {
    case 'EVOLUTION':
      return sendEvolution(
        world,
        live,
        body,
        kind === 'text' ? evolutionText(body) : evolutionMedia(String(body.mediatype), body.media, body.caption),
      );
    case 'WHATSAPP-BUSINESS':
      return sendBusiness(world, live, body, kind);
    case 'WHATSAPP-BAILEYS':
      return sendBaileys(world, live, body, kind);
    default:
      return live.integration satisfies never;
  }
}

const route = (action: string, handle: Handler): Route => ({
  method: 'POST',
  path: `/message/${action}`,
  named: true,
  guards: 'full',
  handle,
});

export const messageRoutes: Route[] = [route('sendText', sendText), route('sendMedia', sendMedia)];
