import { EVOLUTION_MESSAGES, isUrl } from '../evolution/wire.ts';
import { mediaFieldOf, type SendAction, saidIn } from './content.ts';
import { badRequest, crashed } from './errors.ts';
import { groupOf } from './groups.ts';
import { isGroup, toJid } from './jid.ts';
import { baileysMessage } from './kinds-baileys.ts';
import { loadMedia } from './media.ts';
import { dispatch, refuseByMagic } from './sends.ts';
import type { Answer, Call, Json, Live, MessageRecord } from './types.ts';
import { asJson, asList, asText, rowOf, secondsNow, type World } from './world.ts';

/** A send on the WHATSAPP-BAILEYS integration, in the order in which the server finds its reasons to refuse. */
export async function sendBaileys(world: World, live: Live, action: SendAction, call: Call): Promise<Answer> {
  const { body } = call;
  refuse(world, live, action, body);
  const media = await mediumOf(action, call);

  requireSocket(live);
  const number = recipientOf(action, body);
  const { magic, answer } = refuseByMagic(number);
  if (answer) return answer;
  const jid = toJid(number).toLowerCase();
  if (jid.startsWith('@')) throw badRequest(emptyUser);

  // Contacts, reactions and statuses have no options, and voice notes only this one.
  const isPlain = action === 'sendContact' || action === 'sendReaction' || action === 'sendStatus';
  const delay = (isPlain ? 0 : Number(body.delay ?? 0)) + (magic.delayMs ?? 0);
  if (delay > 0) await world.timers.wait(delay);
  // The copy of a list for the recipient's device cannot be made: nothing leaves.
  if (action === 'sendList') throw badRequest('TypeError: this.isZero is not a function');

  const context = contextOf(world, live, jid, isPlain || action === 'sendWhatsAppAudio' ? {} : body);
  const { media: sent, ...made } = baileysMessage(world, action, body, media, context);
  const id = world.identifiers.webMessageId();
  const record: MessageRecord = {
    key:
      action === 'sendButtons'
        ? { id, remoteJid: jid, ...(isGroup(jid) ? {} : { participant: jid }), fromMe: true }
        : { remoteJid: jid, fromMe: true, id },
    pushName: 'Você',
    status: 'PENDING',
    ...made,
    messageTimestamp: secondsNow(world),
    instanceId: live.id,
    source: 'web',
  };
  const echoMessage =
    sent && live.base64 ? { echoMessage: { ...record.message, base64: sent.toString('base64') } } : {};
  const kept = sent ? { kept: sent } : {};
  return dispatch(world, live, { number, ...saidIn(action, body), media, record, ...echoMessage, ...kept }, magic);
}

/** @throws WireError as a call dies that needs WhatsApp, while a QR is on show or the socket is closed. */
export function requireSocket(live: Live): void {
  if (live.qrShown) throw badRequest("TypeError: Cannot read properties of undefined (reading 'id')");
  if (live.state !== 'open') throw crashed(EVOLUTION_MESSAGES.connectionClosed);
}

function refuse(world: World, live: Live, action: SendAction, body: Json): void {
  if (action === 'sendText' && String(body.text).trim() === '') throw badRequest(EVOLUTION_MESSAGES.textRequired);
  if (action === 'sendTemplate') throw crashed('Method not available in the Baileys service');
  if (action !== 'sendStatus') return;
  if (!body.content) throw badRequest('Content is required');
  const hasContacts = world.messages.of(live.id).some(({ record }) => !record.key.fromMe);
  if (body.allContacts && !hasContacts) throw badRequest('Contacts not found');
  if (!body.allContacts && asList(body.statusJidList).length === 0) throw badRequest('StatusJidList is required');
  if (body.type === 'text' && !body.backgroundColor) throw badRequest('Background color is required');
  if (body.type === 'text' && !body.font) throw badRequest('Font is required');
}

async function mediumOf(action: SendAction, call: Call): Promise<Buffer | null> {
  if (call.file) return call.file;
  const field = mediaFieldOf(action, call.body);
  const given = field === undefined ? undefined : asText(call.body[field]);
  if (given === undefined) return null;
  // A status takes pictures and videos by URL only: anything else is looked for among the server's files.
  if (action === 'sendStatus' && call.body.type !== 'audio' && !isUrl(given)) {
    throw badRequest(`Error: ENOENT: no such file or directory, open '${given.slice(0, 100)}'`);
  }
  return loadMedia(given);
}

function recipientOf(action: SendAction, body: Json): string {
  if (action === 'sendStatus') return 'status@broadcast';
  return asText(action === 'sendReaction' ? asJson(body.key).remoteJid : body.number) ?? '';
}

const emptyUser =
  'Error: JID decoded but user is empty: "@s.whatsapp.net" -> user: "", server: "s.whatsapp.net", device: undefined';

/** In a group there is only what somebody asked for, in a chat with one person always something. */
function contextOf(world: World, live: Live, jid: string, options: Json): Json | undefined {
  const context: Json = isGroup(jid)
    ? mentionsIn(world, live, jid, options)
    : {
        mentionedJid: [],
        groupMentions: [],
        ephemeralSettingTimestamp: { low: secondsNow(world) - 172_800, high: 0, unsigned: false },
        disappearingMode: { initiator: 0 },
      };
  const id = asText(asJson(asJson(options.quoted).key).id);
  const original = id === undefined ? undefined : world.messages.find(live.id, id);
  if (original) {
    const { key, message } = original.record;
    context.participant = key.fromMe ? rowOf(world, live)?.ownerJid : key.remoteJid;
    context.stanzaId = id;
    context.quotedMessage = message;
  }
  return Object.keys(context).length > 0 ? context : undefined;
}

function mentionsIn(world: World, live: Live, jid: string, options: Json): Json {
  const everyone = groupOf(world, live, jid)?.participants.map((participant) => participant.id) ?? [];
  const named = asList(options.mentioned).map((number) => toJid(String(number)));
  const mentionedJid = options.mentionsEveryOne ? everyone : named;
  return mentionedJid.length > 0 ? { mentionedJid } : {};
}
