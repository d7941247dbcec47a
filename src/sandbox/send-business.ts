import { toJid } from './jid.ts';
import { isUrl, loadMedia, mimetypeOf } from './media.ts';
import { dispatch, refuseByMagic } from './sends.ts';
import type { Answer, Json, Live } from './types.ts';
import { asText, secondsNow, type World } from './world.ts';

/** A send on the WHATSAPP-BUSINESS integration, as if the Graph API had taken it. */
export async function sendBusiness(world: World, live: Live, body: Json, kind: 'text' | 'media'): Promise<Answer> {
  const number = asText(body.number) ?? '';
  const { magic, answer } = refuseByMagic(number);
  if (answer) return answer;
  const delay = Number(body.delay ?? 0) + (magic.delayMs ?? 0);
  if (delay > 0) await world.timers.wait(delay);

  const record = {
    key: { fromMe: true, id: world.identifiers.graphMessageId(), remoteJid: toJid(number) },
    message: kind === 'text' ? { conversation: body.text } : mediaMessage(body),
    messageType: kind === 'text' ? 'conversation' : `${String(body.mediatype)}Message`,
    messageTimestamp: secondsNow(world),
    instanceId: live.id,
    status: 'PENDING',
    source: 'unknown',
  };
  const text = kind === 'text' ? String(body.text) : (asText(body.caption) ?? null);
  const given = asText(body.media) ?? '';
  const media = kind === 'media' && !isUrl(given) ? await loadMedia(given) : null;
  const name = kind === 'text' ? 'text' : String(body.mediatype);
  return dispatch(world, live, { number, kind: name, text, media, record }, magic);
}

function mediaMessage(body: Json): Json {
  const type = String(body.mediatype);
  const media = asText(body.media) ?? '';
  const linked = isUrl(media);
  const fileName = asText(body.fileName) ?? defaultNames[type];
  const lookedUp = mimetypeOf(linked ? media : (fileName ?? ''));
  return {
    [`${type}Message`]: {
      ...(body.caption === undefined ? {} : { caption: body.caption }),
      ...(fileName === undefined ? {} : { fileName }),
      mediaType: type,
      media,
      gifPlayback: false,
      id: linked ? media : 'media-id-1',
      type: linked ? 'link' : 'id',
      mimetype: asText(body.mimetype) ?? lookedUp,
    },
  };
}

const defaultNames: Record<string, string> = { image: 'image.png', video: 'video.mp4' };
