import { isRecord, type Json, numberAt, recordAt, stringAt } from './json-reading.ts';

/** What a message says, in the terms a user reads: kind, text or caption, whether it carries media. */
export type MessageContent = { messageType: string; text?: string; isMedia: boolean };

const MEDIA_KINDS: ReadonlySet<string> = new Set([
  'imageMessage',
  'videoMessage',
  'ptvMessage',
  'audioMessage',
  'pttMessage',
  'documentMessage',
  'documentWithCaptionMessage',
  'stickerMessage',
  'lottieStickerMessage',
]);
const WRAPPERS = [
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
  'documentWithCaptionMessage',
  'lottieStickerMessage',
  'editedMessage',
  'deviceSentMessage',
] as const;
const NOT_A_KIND: ReadonlySet<string> = new Set(['messageContextInfo', 'base64', 'mediaUrl', 'speechToText', 'quoted']);

/** Reads a record of the wire (`message` and `messageType`). */
export function contentOf(record: Json): MessageContent {
  const outer = recordAt(record, 'message') ?? {};
  const inner = unwrapped(outer);
  const messageType = stringAt(record, 'messageType') ?? kindIn(inner) ?? 'unknown';
  const isMedia = MEDIA_KINDS.has(messageType) || Object.keys(inner).some((kind) => MEDIA_KINDS.has(kind));
  const text = textOf(inner);
  return text === undefined ? { messageType, isMedia } : { messageType, text, isMedia };
}

/** The text or caption of a `message` object, also of one in a wrapper. */
export function textOfMessage(message: Json): string | undefined {
  return textOf(unwrapped(message));
}

/** A time in seconds since 1970. */
export function secondsOf(value: unknown): number | null {
  const seconds = Math.floor(integerOf(value));
  if (!Number.isSafeInteger(seconds) || seconds <= 0) return null;
  // No message was written after the year 5138: these are milliseconds.
  return seconds > 100_000_000_000 ? Math.floor(seconds / 1000) : seconds;
}

/** An integer as WhatsApp's libraries write it: a number, digits in a string, or 64 bits in two halves. Else NaN. */
export function integerOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  const low = isRecord(value) ? numberAt(value, 'low') : undefined;
  const high = isRecord(value) ? numberAt(value, 'high') : undefined;
  return low === undefined ? Number.NaN : (high ?? 0) * 2 ** 32 + (low >>> 0);
}

/** What the wrappers (disappearing, seen once) around a message hold. */
export function unwrapped(message: Json): Json {
  let inner = message;
  // Wrappers hold wrappers; a hostile depth is not followed.
  for (let depth = 0; depth < 5; depth += 1) {
    const next = WRAPPERS.map((name) => recordAt(inner, name)).find((wrapper) => wrapper !== undefined);
    const held = next === undefined ? undefined : recordAt(next, 'message');
    if (held === undefined) return inner;
    inner = held;
  }
  return inner;
}

function textOf(message: Json): string | undefined {
  return (
    stringAt(message, 'conversation') ??
    fieldOf(message, 'extendedTextMessage', 'text') ??
    fieldOf(message, 'imageMessage', 'caption') ??
    fieldOf(message, 'videoMessage', 'caption') ??
    fieldOf(message, 'documentMessage', 'caption') ??
    fieldOf(message, 'buttonsResponseMessage', 'selectedDisplayText') ??
    fieldOf(message, 'templateButtonReplyMessage', 'selectedDisplayText') ??
    fieldOf(message, 'listResponseMessage', 'title')
  );
}

function fieldOf(message: Json, kind: string, field: string): string | undefined {
  const held = recordAt(message, kind);
  return held === undefined ? undefined : stringAt(held, field);
}

function kindIn(message: Json): string | undefined {
  return Object.keys(message).find((key) => !NOT_A_KIND.has(key));
}
