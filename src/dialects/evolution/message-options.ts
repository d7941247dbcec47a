import { digitsOfJid } from '../../evolution/jid.ts';
import type { OutboundOptions, QuotedRef } from '../../evolution/outbound.ts';
import { EVOLUTION_MESSAGES } from '../../evolution/wire.ts';
import { badRequest } from './errors.ts';
import { flagOf, isRecord, textOf } from './values.ts';

export const delayMsMax = 20_000;
const mentionsMax = 1_024;
const quotedBytesMax = 65_536;

/** What most sends may carry besides what they say. The body fits its schema. */
export function readOptions(body: Record<string, unknown>): OutboundOptions {
  const quoted = quotedIn(body.quoted);
  const mentions = mentionsIn(body.mentioned);
  const delayMs = delayOf(body.delay);
  return {
    ...(delayMs === 0 ? {} : { delayMs }),
    ...(quoted === undefined ? {} : { quoted }),
    ...(mentions === undefined ? {} : { mentions }),
    ...(body.mentionsEveryOne === true ? { mentionsEveryone: true } : {}),
  };
}

/** Milliseconds; a longer wait would hold a connection of the backend for nothing. */
export function delayOf(given: unknown): number {
  return typeof given === 'number' ? Math.round(Math.min(Math.max(given, 0), delayMsMax)) : 0;
}

/** The key of a message as bodies of this contract hold it; undefined where there is none. */
export function keyIn(given: unknown): (Pick<QuotedRef, 'id'> & Partial<QuotedRef>) | undefined {
  if (!isRecord(given)) return undefined;
  const [id, remoteJid, participant] = [given.id, given.remoteJid, given.participant].map(textOf);
  const fromMe = flagOf(given.fromMe);
  if (id === undefined || id === '' || id.length > 256) return undefined;
  return {
    id,
    ...(remoteJid ? { remoteJid: remoteJid.slice(0, 256) } : {}),
    ...(fromMe === undefined ? {} : { fromMe }),
    ...(participant ? { participant: participant.slice(0, 256) } : {}),
  };
}

function quotedIn(given: unknown): QuotedRef | undefined {
  if (!isRecord(given)) return undefined;
  const key = keyIn(given.key);
  if (key === undefined) throw badRequest(EVOLUTION_MESSAGES.quotedMissing);
  // One that is too large to keep is looked up by its key.
  const { message } = given;
  const isKept = isRecord(message) && Buffer.byteLength(JSON.stringify(message)) <= quotedBytesMax;
  return isKept ? { ...key, message } : key;
}

function mentionsIn(given: unknown): string[] | undefined {
  if (!Array.isArray(given)) return undefined;
  if (given.length > mentionsMax) throw badRequest([`mentioned does not meet maximum length of ${mentionsMax}`]);
  const mentions = given.flatMap((each) => mentionOf(String(each).slice(0, 100)) ?? []);
  return mentions.length === 0 ? undefined : mentions;
}

function mentionOf(jid: string): string | undefined {
  return jid.endsWith('@lid') ? jid : (digitsOfJid(jid) ?? undefined);
}
