import type { AnyJson } from './recordings.ts';

/** What a server makes up anew for each answer, by the name of the rule that puts a word in its place. */
export const rules = {
  'made-up ids':
    'UUIDs, cuids, ids of messages, groups and rows, invite codes: equal ids get equal words, so what must be one id twice is compared',
  times: 'times as text, seconds and milliseconds since 1970',
  tokens: 'values of `hash` and `token`; equal ones get equal words',
  codes: 'QR codes, their pictures, pairing codes',
  bytes: 'keys and hashes that are written as numbered bytes, or as base64 in the fields of media',
  shapes:
    'of 301 and 634 all but the page and the fields of its records: which message is on a page depends on the second that each was sent in',
  order:
    'instances by name, chats by address, messages by content, their updates by status: no server promises an order',
} as const;

type Rule = keyof typeof rules;
type Named = (rule: Rule, found: string) => string;

/** A page of messages without what each of them says. */
export function shapesOf(value: AnyJson): AnyJson {
  const { records, total: _total, pages: _pages, ...page } = value?.messages ?? {};
  if (!Array.isArray(records)) return value;
  return { messages: { ...page, records: [...new Set(records.map(shapeOf))].sort() } };
}

function shapeOf(record: AnyJson): string {
  const { message: _message, contextInfo: _context, key: _key, MessageUpdate: _updates, ...columns } = record;
  const types = Object.entries(columns).map(([name, value]) => `${name}: ${value === null ? 'string' : typeof value}`);
  return types.sort().join();
}

/** `value` with words in place of what the rules name. */
export function normalise(value: AnyJson): AnyJson {
  const seen = new Map<string, string>();
  const named: Named = (rule, found) => {
    const word = seen.get(found) ?? `<${rule} ${seen.size}>`;
    seen.set(found, word);
    return word;
  };
  return walk(ordered(value), [], named);
}

function ordered(value: AnyJson): AnyJson {
  if (Array.isArray(value) && value.every((row) => typeof row?.name === 'string' && 'connectionStatus' in row))
    return [...value].sort((one, other) => one.name.localeCompare(other.name));
  if (Array.isArray(value) && value.length > 1 && value.every((row) => typeof row?.remoteJid === 'string'))
    return [...value].sort((one, other) => one.remoteJid.localeCompare(other.remoteJid));
  // Some clients wrap answers.
  if (value?.data?.messages !== undefined) return { ...value, data: ordered(value.data) };
  if (Array.isArray(value?.messages?.records)) {
    const text = ({ message }: AnyJson) => JSON.stringify(message);
    const records = [...value.messages.records]
      .sort((one, other) => text(one).localeCompare(text(other)))
      .map((record) => ({ ...record, MessageUpdate: byStatus(record.MessageUpdate) }));
    return { ...value, messages: { ...value.messages, records } };
  }
  return value;
}

const byStatus = (updates: AnyJson) =>
  Array.isArray(updates) ? [...updates].sort((one, other) => one.status.localeCompare(other.status)) : updates;

function walk(value: AnyJson, path: string[], named: Named): AnyJson {
  const field = path.at(-1) ?? '';
  if (typeof value === 'number') return isTime(value, field) ? '<times>' : value;
  if (typeof value === 'string') return text(value, path, named);
  if (Array.isArray(value)) return value.map((item) => walk(item, path, named));
  if (value === null || typeof value !== 'object') return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key, index) => key === String(index))) return '<bytes>';
  // In the order of names, so that ids are numbered alike whatever the order of fields.
  return Object.fromEntries(keys.sort().map((key) => [key, walk(value[key], [...path, key], named)]));
}

function isTime(value: number, field: string): boolean {
  if (/^(messageTimestamp|low|creation|subjectTime|descTime)$/.test(field)) return value > 1_600_000_000;
  return /TimestampMs$|^timestampMs$/.test(field) && value > 1_600_000_000_000;
}

const idPatterns = [
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\bc[0-9a-z]{24}\b/g,
  /\b3EB0[0-9A-F]{18}\b/g,
  /\b3A[0-9A-Z]{18,20}\b/g,
  /\bwamid\.[\w-]{15,}/g,
  /\b120363\d{12}\b/g,
  /(?<=chat\.whatsapp\.com\/)\w{22}\b/g,
  /(?<=\\?"reference_id\\?":\\?")\w+/g,
];
/** Rows of settings, webhooks and messages name themselves. */
const rowIds = [/^setting-/, /^\d+$/];
const mediaBytes = /^(mediaKey|fileSha256|fileEncSha256|jpegThumbnail|messageSecret|base64)$/;

function text(value: string, path: string[], named: Named): string {
  const field = path.at(-1) ?? '';
  if (field === 'hash' || field === 'token') return named('tokens', value);
  if (field === 'id' && rowIds.some((pattern) => pattern.test(value))) return named('made-up ids', value);
  if (field === 'inviteCode') return named('made-up ids', value);
  if (field === 'pairingCode') return /^[A-Z0-9]{8}$/.test(value) ? '<codes pairing>' : value;
  if (value.startsWith('data:image/png;base64,iVBORw0KGgo')) return '<codes png>';
  if (/^2@[\w+/=]+(,[\w+/=]+){3}$/.test(value)) return '<codes qr>';
  if (mediaBytes.test(field)) return '<bytes>';
  if (/^(messageTimestamp|timestampMs)$/.test(field) && /^\d{10,13}$/.test(value)) return '<times>';
  const replaced = idPatterns
    .reduce((so, pattern) => so.replace(pattern, (id) => named('made-up ids', id)), value)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<times>')
    .replace(/-\d{13}\.mp3$/, '-<times>.mp3')
    .replace(/\/v\/[a-z]+\d+/g, '/v/<made-up ids>');
  return replaced;
}
