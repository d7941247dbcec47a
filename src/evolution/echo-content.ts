import { hash } from 'node:crypto';
import { type FingerprintFields, fingerprint } from './fingerprint-form.ts';
import { isRecord, type Json, numberAt, recordAt, stringAt } from './json-reading.ts';
import { buttonsBody } from './kind-texts.ts';
import { unwrapped } from './message-content.ts';

export type EchoContent = { kind: string; fingerprint: string };

/**
 * What a record of the wire (the data of `send.message`, a row of `findMessages`) says, in the form that
 * `fingerprintOf` makes of what was sent. Null for a record of no kind that is sent by us. Never throws.
 */
export function echoContentOf(record: Json): EchoContent | null {
  const message = unwrapped(recordAt(record, 'message') ?? {});
  const remoteJid = stringAt(recordAt(record, 'key') ?? {}, 'remoteJid');
  const said = sayingOf(message, stringAt(record, 'messageType') ?? '');
  if (said === null) return null;
  const { kind, fields } = remoteJid === 'status@broadcast' ? asStatus(said) : said;
  return { kind, fingerprint: fingerprint(kind, fields) };
}

type Saying = { kind: string; fields: FingerprintFields };

function sayingOf(message: Json, messageType: string): Saying | null {
  const text = textAt(message, 'conversation') ?? textAt(recordAt(message, 'extendedTextMessage') ?? {}, 'text');
  if (text !== undefined) return { kind: 'text', fields: { texts: { body: text } } };
  for (const [name, read] of READERS) {
    const content = recordAt(message, name);
    if (content !== undefined) return read(content, name);
  }
  const contacts = message.contacts;
  if (Array.isArray(contacts)) return contactsSaid(contacts);
  return bareSaying(message, messageType);
}

const MEDIA: Readonly<Record<string, string>> = {
  imageMessage: 'image',
  videoMessage: 'video',
  documentMessage: 'document',
  ptvMessage: 'ptv',
  stickerMessage: 'sticker',
  audioMessage: 'audio',
};
const CAPTIONED: ReadonlySet<string> = new Set(['image', 'video', 'document']);

const READERS: readonly (readonly [string, (content: Json, name: string) => Saying])[] = [
  ...Object.keys(MEDIA).map((name) => [name, mediaSaid] as const),
  ['locationMessage', locationSaid],
  ['contactMessage', (content) => contactsSaid([content])],
  ['contact', (content) => contactsSaid([content])],
  ['contactsArrayMessage', (content) => contactsSaid(Array.isArray(content.contacts) ? content.contacts : [])],
  ['reactionMessage', reactionSaid],
  ['pollCreationMessage', pollSaid],
  ['pollCreationMessageV2', pollSaid],
  ['pollCreationMessageV3', pollSaid],
  ['listMessage', listSaid],
  ['interactiveMessage', interactiveSaid],
];

// A server of the EVOLUTION integration keeps what it was given, without a record of a kind around it.
function bareSaying(message: Json, messageType: string): Saying | null {
  const kind = Object.hasOwn(MEDIA, messageType) ? MEDIA[messageType] : undefined;
  if (kind !== undefined) return { kind, fields: { texts: { url: stringAt(message, 'mediaUrl') } } };
  if (messageType !== 'buttonMessage') return null;
  const buttons = recordsIn(message.buttons);
  const labels = buttons.map((each) => {
    const type = textAt(each, 'type') ?? '';
    return [type, (type === 'pix' ? textAt(each, 'key') : textAt(each, 'displayText')) ?? ''];
  });
  const description = stringAt(message, 'description');
  const title = textAt(message, 'title') ?? '';
  const body = buttonsBody({ title, ...(description === undefined ? {} : { description }) });
  const footer = textAt(message, 'footer') ?? '';
  return { kind: 'buttons', fields: { texts: { body, footer, labels: JSON.stringify(labels) } } };
}

function mediaSaid(content: Json, name: string): Saying {
  const kind = MEDIA[name] ?? name;
  const caption = CAPTIONED.has(kind) ? (textAt(content, 'caption') ?? '') : undefined;
  const bytes = bytesOf(content.fileSha256);
  if (bytes !== undefined) return { kind, fields: { sha256: bytes.toString('hex'), texts: { caption } } };
  return { kind, fields: givenSaid(stringAt(content, 'media'), { caption }) };
}

// The Business integration repeats what it was given: a URL, or base64.
function givenSaid(medium: string | undefined, texts: Record<string, string | undefined>): FingerprintFields {
  if (medium === undefined) return { texts };
  if (/^https?:\/\//i.test(medium)) return { texts: { ...texts, url: medium } };
  return { sha256: hash('sha256', Buffer.from(medium, 'base64'), 'hex'), texts };
}

function locationSaid(content: Json): Saying {
  return {
    kind: 'location',
    fields: {
      texts: { name: textAt(content, 'name') ?? '', address: textAt(content, 'address') ?? '' },
      values: { latitude: numberAt(content, 'degreesLatitude'), longitude: numberAt(content, 'degreesLongitude') },
    },
  };
}

function contactsSaid(contacts: readonly unknown[]): Saying {
  const cards = recordsIn(contacts).map((contact) => {
    const [, telephone = ''] = /TEL[^:\n]*:([^\n]*)/.exec(textAt(contact, 'vcard') ?? '') ?? [];
    return [textAt(contact, 'displayName') ?? '', telephone.replace(/\D/g, '')];
  });
  return { kind: 'contact', fields: { texts: { cards: JSON.stringify(cards) } } };
}

function reactionSaid(content: Json): Saying {
  const target = stringAt(recordAt(content, 'key') ?? {}, 'id');
  return { kind: 'reaction', fields: { texts: { target, emoji: textAt(content, 'text') ?? '' } } };
}

function pollSaid(content: Json): Saying {
  const options = recordsIn(content.options).map((option) => textAt(option, 'optionName') ?? '');
  return {
    kind: 'poll',
    fields: {
      texts: { question: textAt(content, 'name') ?? '', options: JSON.stringify(options) },
      values: { selectable: numberAt(content, 'selectableOptionsCount') ?? 0 },
    },
  };
}

function listSaid(content: Json): Saying {
  const rows = recordsIn(content.sections).map((section) => [
    textAt(section, 'title') ?? '',
    recordsIn(section.rows).map((row) => [textAt(row, 'rowId') ?? '', textAt(row, 'title') ?? '']),
  ]);
  return {
    kind: 'list',
    fields: {
      texts: {
        title: textAt(content, 'title') ?? '',
        description: textAt(content, 'description') ?? '',
        footer: textAt(content, 'footerText') ?? '',
        button: textAt(content, 'buttonText') ?? '',
        rows: JSON.stringify(rows),
      },
    },
  };
}

const BUTTON_TYPES: Readonly<Record<string, string>> = {
  quick_reply: 'reply',
  cta_url: 'url',
  cta_call: 'call',
  cta_copy: 'copy',
  payment_info: 'pix',
};

function interactiveSaid(content: Json): Saying {
  const labels = recordsIn(recordAt(content, 'nativeFlowMessage')?.buttons).map((button) => {
    const name = textAt(button, 'name') ?? '';
    const parameters = parse(textAt(button, 'buttonParamsJson') ?? '');
    const type = Object.hasOwn(BUTTON_TYPES, name) ? (BUTTON_TYPES[name] ?? name) : name;
    return [type, (type === 'pix' ? pixKeyIn(parameters) : textAt(parameters, 'display_text')) ?? ''];
  });
  const body = recordAt(content, 'body');
  const texts = {
    labels: JSON.stringify(labels),
    ...(body === undefined
      ? {}
      : { body: textAt(body, 'text') ?? '', footer: textAt(recordAt(content, 'footer') ?? {}, 'text') ?? '' }),
  };
  return { kind: 'buttons', fields: { texts } };
}

function pixKeyIn(parameters: Json): string | undefined {
  const [settings] = recordsIn(parameters.payment_settings);
  return textAt(recordAt(settings ?? {}, 'pix_static_code') ?? {}, 'key');
}

function asStatus({ kind, fields }: Saying): Saying {
  return { kind: 'status', fields: { ...fields, values: { of: kind } } };
}

/** Bytes in the forms a server's JSON has them: `{ "0": 232, "1": 74, … }`, Node's buffer, base64. */
function bytesOf(value: unknown): Buffer | undefined {
  if (typeof value === 'string') return value === '' ? undefined : Buffer.from(value, 'base64');
  if (!isRecord(value)) return undefined;
  const bytes = Array.isArray(value.data) ? value.data : Object.values(value);
  const isBytes = bytes.length > 0 && bytes.length <= 64 && bytes.every((byte) => Number.isInteger(byte));
  return isBytes ? Buffer.from(bytes) : undefined;
}

// An empty text says something too.
function textAt(record: Json, key: string): string | undefined {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function recordsIn(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function parse(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
