import { type Json, stringAt } from './json-reading.ts';

const textLengthMax = 4_096;
const urlLengthMax = 4_096;
const jidLengthMax = 256;

/** An address; undefined where it is none, or too long for one. */
export function jidAt(row: Json, key: string): string | undefined {
  const jid = stringAt(row, key);
  return jid === undefined || jid.length > jidLengthMax ? undefined : jid;
}

/** A text of bounded length, or null. */
export function textAt(row: Json, key: string): string | null {
  return stringAt(row, key)?.slice(0, textLengthMax) ?? null;
}

/** A picture's address on the web, or null for anything else. */
export function pictureAt(row: Json, key: string): string | null {
  const url = stringAt(row, key);
  return url !== undefined && url.length <= urlLengthMax && /^https?:\/\//.test(url) ? url : null;
}
