import { sha256 } from '../platform/crypto/digest.ts';

/**
 * What a message says, in a form that both sides of the wire can make: a kind, and fields that each are equal or not.
 * A text field is hashed, so a form is short and tells nobody what was written.
 */
export type FingerprintFields = {
  /** Hex; of the file's plain bytes. */
  sha256?: string | undefined;
  texts?: Readonly<Record<string, string | undefined>>;
  values?: Readonly<Record<string, string | number | undefined>>;
};

/** `whole`: they say the same. `partly`: nothing contradicts, but one side does not tell all of it. */
export type Agreement = 'whole' | 'partly' | 'none';

export function fingerprint(kind: string, fields: FingerprintFields): string {
  const parts = [
    ...(fields.sha256 === undefined ? [] : [`sha256=${fields.sha256}`]),
    ...told(fields.texts).map(([name, text]) => `${name}=${sha256(text).toString('base64url')}`),
    ...told(fields.values).map(([name, value]) => `${name}=${value}`),
  ];
  return [kind, ...parts.sort()].join(' ');
}

/** Whether the wire (`theirs`) tells of the message that was sent (`ours`). */
export function agreementOf(ours: string, theirs: string): Agreement {
  const [kind = '', ...oursFields] = ours.split(' ');
  const [theirKind = '', ...theirFields] = theirs.split(' ');
  const mine = fieldsOf(oursFields);
  const asText = mine.get(writtenAsText);
  const told = fieldsOf(theirFields);
  if (theirKind === 'text' && asText !== undefined) {
    if (told.get('body') !== asText) return 'none';
    return namedOnly.has(kind) ? 'partly' : 'whole';
  }
  if (kind !== theirKind) return 'none';
  let isWhole = told.size > 0;
  for (const [name, value] of mine) {
    if (name === writtenAsText || told.get(name) === value) continue;
    if (told.has(name) && !(name === 'sha256' && transcoded.has(kind))) return 'none';
    isWhole = false;
  }
  return isWhole ? 'whole' : 'partly';
}

/** The text as which the Business integration repeats kinds it has no record for. */
export const writtenAsText = 'as_text';

// The server writes these anew before it uploads them (JPEG, WebP, Opus), so their bytes seldom stay what they were.
const transcoded: ReadonlySet<string> = new Set(['image', 'audio', 'sticker', 'status']);
// Repeated by name, whatever was filled in.
const namedOnly: ReadonlySet<string> = new Set(['template']);

function told<T>(fields: Readonly<Record<string, T | undefined>> | undefined): [string, T][] {
  return Object.entries(fields ?? {}).filter((field): field is [string, T] => field[1] !== undefined);
}

function fieldsOf(parts: readonly string[]): Map<string, string> {
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
}
