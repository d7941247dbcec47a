import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// biome-ignore lint/suspicious/noExplicitAny: recorded bodies of every shape.
export type AnyJson = any;

export type Capture = {
  /** `041-connectionState-unknown` */
  id: string;
  request: { method: string; path: string; headers: Record<string, string>; body: AnyJson };
  response: { status: number; body: AnyJson };
};

const folder = fileURLToPath(new URL('../../fixtures/contract/', import.meta.url));

export function readCaptures(): Map<string, Capture> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return new Map(
    files.map((file) => {
      const id = file.replace('.json', '');
      return [id.slice(0, 3), { id, ...expand(JSON.parse(readFileSync(folder + file, 'utf8'))) }];
    }),
  );
}

export function readHook(number: number): { path: string; headers: Record<string, string>; body: AnyJson }[] {
  const name = readdirSync(`${folder}hooks`).find((file) => file.startsWith(`h${String(number).padStart(2, '0')}`));
  return JSON.parse(readFileSync(`${folder}hooks/${name}`, 'utf8')).deliveries;
}

/** Long texts of one character were cut when they were recorded. */
function expand(value: AnyJson): AnyJson {
  if (typeof value === 'string') {
    const cut = /^(.)\1*…<truncated, (\d+) chars>$/.exec(value);
    return cut ? String(cut[1]).repeat(Number(cut[2])) : value;
  }
  return mapValues(value, expand);
}

/** Replaces whole words in every string of a recording, keys included. */
export function rename<T>(value: T, words: Record<string, string>): T {
  const sorted = Object.keys(words).sort((one, other) => other.length - one.length);
  const escaped = sorted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\w-])(${escaped.join('|')})(?![\\w-])`, 'g');
  const renamed = JSON.stringify(value).replace(pattern, (word) => JSON.stringify(words[word]).slice(1, -1));
  return JSON.parse(renamed);
}

/**
 * Puts a word in place of everything a server makes up: ids, times, keys, codes. Equal values get equal words, so that what
 * must be the same id twice is compared as such.
 */
export function normalise(value: AnyJson): AnyJson {
  const seen = new Map<string, string>();
  const named = (kind: string, found: string) => {
    if (!seen.has(found))
      seen.set(found, `<${kind} ${[...seen.values()].filter((word) => word.includes(kind)).length}>`);
    return String(seen.get(found));
  };
  return walk(value, '', named);
}

type Namer = (kind: string, found: string) => string;

function walk(value: AnyJson, field: string, named: Namer): AnyJson {
  if (typeof value === 'number' && secondsFields.has(field)) return value > 1_600_000_000 ? '<seconds>' : value;
  if (typeof value === 'number' && millisecondsFields.has(field)) return value > 1_600_000_000_000 ? '<ms>' : value;
  if (typeof value === 'string') return normaliseText(value, field, named);
  if (Array.isArray(value)) return value.map((item) => walk(item, field, named));
  if (value === null || typeof value !== 'object') return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key, index) => key === String(index))) return '<bytes>';
  // In the order of names, so that ids are numbered alike whatever the order of fields.
  return Object.fromEntries(keys.sort().map((key) => [key, walk(value[key], key, named)]));
}

const secondsFields = new Set(['messageTimestamp', 'low']);
const millisecondsFields = new Set(['senderTimestampMs', 'timestampMs']);

function normaliseText(text: string, field: string, named: Namer): string {
  if (field === 'pairingCode') return /^[A-Z0-9]{8}$/.test(text) ? '<pairing code>' : text;
  if (field === 'messageTimestamp' && /^\d{10}$/.test(text)) return '<seconds in words>';
  if (field === 'timestampMs' && /^\d{13}$/.test(text)) return '<ms in words>';
  if (text.startsWith('data:image/png;base64,iVBORw0KGgo')) return '<png>';
  if (/^2@[\w+/=]+(,[\w+/=]+){3}$/.test(text)) return '<qr>';
  return text
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g, (id) => named('uuid', id))
    .replace(/\b[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}\b/g, (id) => named('UUID', id))
    .replace(/\bc[0-9a-z]{24}\b/g, (id) => named('cuid', id))
    .replace(/\b3EB0[0-9A-F]{18}\b/g, (id) => named('web id', id))
    .replace(/\bwamid\.[\w-]{15,}/g, (id) => named('graph id', id))
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>')
    .replace(/-\d{13}\.mp3$/, '-<ms>.mp3')
    .replace(/\/v\/[a-z]+\d+/g, '/v/<path>');
}

function mapValues(value: AnyJson, change: (inner: AnyJson) => AnyJson): AnyJson {
  if (Array.isArray(value)) return value.map(change);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]));
}
