import { createHash } from 'node:crypto';
import { EVOLUTION_MESSAGES } from '../evolution/wire.ts';
import { badRequest, crashed } from './errors.ts';
import { isGroup, toJid } from './jid.ts';
import { isUrl, loadMedia, mimetypeOf, pixelsOf } from './media.ts';
import { dispatch, refuseByMagic } from './sends.ts';
import type { Answer, Json, Live, MessageRecord } from './types.ts';
import { asText, rowOf, secondsNow, type World } from './world.ts';

/** A send on the WHATSAPP-BAILEYS integration, in the order in which the server finds its reasons to refuse. */
export async function sendBaileys(world: World, live: Live, body: Json, kind: 'text' | 'media'): Promise<Answer> {
  const number = asText(body.number) ?? '';
  if (kind === 'text' && String(body.text).trim() === '') throw badRequest(EVOLUTION_MESSAGES.textRequired);
  const media = kind === 'media' ? await loadMedia(asText(body.media) ?? '') : null;

  if (live.qrShown) throw badRequest("TypeError: Cannot read properties of undefined (reading 'id')");
  if (live.state !== 'open') throw crashed(EVOLUTION_MESSAGES.connectionClosed);
  const { magic, answer } = refuseByMagic(number);
  if (answer) return answer;
  const jid = toJid(number);
  if (jid.startsWith('@')) throw badRequest(emptyUser);

  const delay = Number(body.delay ?? 0) + (magic.delayMs ?? 0);
  if (delay > 0) await world.timers.wait(delay);

  const context = isGroup(jid) ? undefined : contextOf(world, live, body.quoted);
  const record: MessageRecord = {
    key: { remoteJid: jid.toLowerCase(), fromMe: true, id: world.identifiers.webMessageId() },
    pushName: 'Você',
    status: 'PENDING',
    message: media ? mediaMessage(world, body, media, context) : { conversation: body.text },
    ...(context ? { contextInfo: context } : {}),
    messageType: media ? `${String(body.mediatype)}Message` : 'conversation',
    messageTimestamp: secondsNow(world),
    instanceId: live.id,
    source: 'web',
  };
  const text = kind === 'text' ? String(body.text) : (asText(body.caption) ?? null);
  const name = media ? String(body.mediatype) : 'text';
  const echoMessage =
    media && live.base64 ? { echoMessage: { ...record.message, base64: media.toString('base64') } } : {};
  return dispatch(world, live, { number, kind: name, text, media, record, ...echoMessage }, magic);
}

const emptyUser =
  'Error: JID decoded but user is empty: "@s.whatsapp.net" -> user: "", server: "s.whatsapp.net", device: undefined';

function contextOf(world: World, live: Live, quoted: unknown): Json {
  const context: Json = {
    mentionedJid: [],
    groupMentions: [],
    ephemeralSettingTimestamp: { low: secondsNow(world) - 172_800, high: 0, unsigned: false },
    disappearingMode: { initiator: 0 },
  };
  const id = quotedId(quoted);
  const original = id === undefined ? undefined : world.messages.find(live.id, id);
  if (original) {
    const { key, message } = original.record;
    context.participant = key.fromMe ? rowOf(world, live)?.ownerJid : key.remoteJid;
    context.stanzaId = id;
    context.quotedMessage = message;
  }
  return context;
}

function quotedId(quoted: unknown): string | undefined {
  if (typeof quoted !== 'object' || quoted === null || !('key' in quoted)) return undefined;
  const { key } = quoted;
  return typeof key === 'object' && key !== null && 'id' in key ? asText(key.id) : undefined;
}

/** The fields WhatsApp gives an uploaded file; binary ones come as objects of bytes. */
function mediaMessage(world: World, body: Json, media: Buffer, contextInfo: Json | undefined): Json {
  const type = String(body.mediatype);
  const given = asText(body.media) ?? '';
  const fileName = asText(body.fileName) ?? (type === 'document' && isUrl(given) ? nameIn(given) : defaultNames[type]);
  const path = `/v/sandbox${world.identifiers.bytes(6).readUIntBE(0, 6)}`;
  const sha256 = createHash('sha256').update(media).digest();
  const image = { ...pixelsOf(media), jpegThumbnail: bytesObject(Buffer.from('ffd8ffd9', 'hex')) };
  return {
    [`${type}Message`]: {
      interactiveAnnotations: [],
      scanLengths: [],
      annotations: [],
      url: `https://mmg.whatsapp.net${path}`,
      mimetype: type === 'image' && !body.fileName ? 'image/jpeg' : mimetypeOf(fileName ?? ''),
      fileSha256: bytesObject(sha256),
      fileLength: { low: media.length, high: 0, unsigned: true },
      ...(type === 'image' ? image : {}),
      mediaKey: bytesObject(world.identifiers.bytes(32)),
      fileEncSha256: bytesObject(world.identifiers.bytes(32)),
      directPath: path,
      mediaKeyTimestamp: { low: secondsNow(world), high: 0, unsigned: false },
      ...(body.caption === undefined ? {} : { caption: body.caption }),
      ...(type === 'image' || fileName === undefined ? {} : { fileName }),
      ...(contextInfo ? { contextInfo } : {}),
    },
  };
}

const defaultNames: Record<string, string> = { image: 'image.jpg', video: 'video.mp4' };

const nameIn = (url: string): string => /.*\/(.+?)\./.exec(url)?.[1] ?? 'file';

function bytesObject(bytes: Buffer): Record<string, number> {
  return Object.fromEntries(Array.from(bytes, (byte, index) => [String(index), byte]));
}
