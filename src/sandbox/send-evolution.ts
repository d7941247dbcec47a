import { badRequest } from './errors.ts';
import { isUrl } from './media.ts';
import { dispatch, refuseByMagic } from './sends.ts';
import type { Answer, Json, Live } from './types.ts';
import { asText, secondsNow, type World } from './world.ts';

/** A send on the EVOLUTION integration: the number stays verbatim, base64 is dropped, and the state is never asked. */
export async function sendEvolution(world: World, live: Live, body: Json, kind: 'text' | 'media'): Promise<Answer> {
  const number = asText(body.number) ?? '';
  const { magic, answer } = refuseByMagic(number);
  if (answer) return answer;

  const quoted = quotedKey(body.quoted);
  const delay = Number(body.delay ?? 0) + (magic.delayMs ?? 0);
  if (delay > 0) await world.timers.wait(delay);

  const media = asText(body.media) ?? '';
  const mediaUrl = kind === 'media' && isUrl(media) ? media : null;
  const message: Json = kind === 'text' ? { conversation: body.text } : { mediaUrl };
  if (quoted !== undefined) message.quoted = quoted;
  const record = {
    key: { fromMe: true, id: world.identifiers.uuid(), remoteJid: number },
    message,
    messageType: kind === 'text' ? 'conversation' : `${String(body.mediatype)}Message`,
    messageTimestamp: secondsNow(world),
    source: 'unknown',
    instanceId: live.id,
  };
  const text = kind === 'text' ? String(body.text) : (asText(body.caption) ?? null);
  const name = kind === 'text' ? 'text' : String(body.mediatype);
  return dispatch(world, live, { number, kind: name, text, media: null, record }, magic);
}

function quotedKey(quoted: unknown): unknown {
  if (typeof quoted !== 'object' || quoted === null) return undefined;
  if (!('key' in quoted) || !quoted.key) throw badRequest('Message not found');
  return quoted.key;
}
