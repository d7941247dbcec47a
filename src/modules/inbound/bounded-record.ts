type Json = Record<string, unknown>;

const jsonLengthMax = 65_536;
const depthMax = 16;
const textLengthMax = 65_536;
const bytesToTell = 8;

/**
 * A copy of a wire record without what no reader needs and a database should not hold: thumbnails, base64, byte arrays
 * in all the forms a server writes them, and what is nested beyond use. Undefined when it is still too long.
 */
export function boundedRecord(record: Json): Json | undefined {
  const copy = boundedCopy(record, 0);
  if (!isRecord(copy)) return undefined;
  return JSON.stringify(copy).length <= jsonLengthMax ? copy : undefined;
}

/** Text that a column of type text or json can hold and SQL can read: no U+0000, no half a character. */
export function readableText(text: string): string {
  return text.slice(0, textLengthMax).replaceAll('\u0000', '\ufffd').toWellFormed();
}

/** The same for every string and key of a JSON value. */
export function readableJson<T>(value: T): T;
export function readableJson(value: unknown): unknown {
  if (typeof value === 'string') return readableText(value);
  if (Array.isArray(value)) return value.map((each) => readableJson(each));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [readableText(key), readableJson(each)]));
}

const dropped = /^(?:base64|jpegThumbnail|thumbnail|thumbnailDirectPath|pngThumbnail|messageSecret)$/;

function boundedCopy(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > textLengthMax ? undefined : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= depthMax || holdsBytes(value)) return undefined;
  if (Array.isArray(value)) return value.map((each) => boundedCopy(each, depth + 1) ?? null);
  const copy: Json = {};
  for (const [key, each] of Object.entries(value)) {
    if (dropped.test(key)) continue;
    const kept = boundedCopy(each, depth + 1);
    if (kept !== undefined)
      Object.defineProperty(copy, key, { value: kept, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

// An array of numbers, the object { "0": 232, "1": 74, … }, or Node's { type: "Buffer", data: […] }.
function holdsBytes(value: object): boolean {
  if (!Array.isArray(value)) {
    const { type, data } = value as Json;
    if (type === 'Buffer') return data !== undefined;
    if (!Object.hasOwn(value, '0')) return false;
  }
  const items: unknown[] = Object.values(value);
  return items.length >= bytesToTell && items.every((item) => typeof item === 'number');
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
