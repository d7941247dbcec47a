import { badRequest } from './errors.ts';
import { isUrl } from './media.ts';
import { dispatch, refuseByMagic } from './sends.ts';
import type { Answer, Json, Live } from './types.ts';
import { asText, secondsNow, type World } from './world.ts';

export type EvolutionContent = { kind: string; text: string | null; message: Json; messageType: string };

/** A send on the EVOLUTION integration: the number stays verbatim and the connection's state is never asked. */
export async function sendEvolution(world: World, live: Live, body: Json, content: EvolutionContent): Promise<Answer> {
  const number = asText(body.number) ?? '';
  const { magic, answer } = refuseByMagic(number);
  if (answer) return answer;

  const quoted = quotedKey(body.quoted);
  const delay = Number(body.delay ?? 0) + (magic.delayMs ?? 0);
  if (delay > 0) await world.timers.wait(delay);

  const record = {
    key: { fromMe: true, id: world.identifiers.uuid(), remoteJid: number },
    message: quoted === undefined ? content.message : { ...content.message, quoted },
    messageType: content.messageType,
    messageTimestamp: secondsNow(world),
    source: 'unknown',
    instanceId: live.id,
  };
  return dispatch(world, live, { number, kind: content.kind, text: content.text, media: null, record }, magic);
}

export const evolutionText = (body: Json): EvolutionContent => ({
  kind: 'text',
  text: String(body.text),
  message: { conversation: body.text },
  messageType: 'conversation',
});

/** Only a URL is kept of a medium; base64 and uploads are dropped. */
export function evolutionMedia(kind: string, media: unknown, caption: unknown): EvolutionContent {
  const given = asText(media) ?? '';
  const message = { mediaUrl: isUrl(given) ? given : null };
  return { kind, text: asText(caption) ?? null, message, messageType: `${kind}Message` };
}

function quotedKey(quoted: unknown): unknown {
  if (typeof quoted !== 'object' || quoted === null) return undefined;
  if (!('key' in quoted) || !quoted.key) throw badRequest('Message not found');
  return quoted.key;
}
