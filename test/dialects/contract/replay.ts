import { request } from 'undici';
import type { TestGateway } from '../../support/gateway.ts';
import { normalise, shapesOf } from './normalise.ts';
import { type AnyJson, type Recording, readRecordings } from './recordings.ts';

/** What a recording calls something, to what it is called here. */
export type Words = Record<string, string>;
export type WireAnswer = { status: number; body: AnyJson };

/** What is said of one recording: nothing where the answers are equal, else where they differ. */
export type Outcome = { at: string[]; recorded: AnyJson; answered: AnyJson };

export type Replay = {
  words: Words;
  /** Replays recordings in this order; resolves with the body of the last answer. */
  run(...numbers: string[]): Promise<AnyJson>;
  /** Replays one with another body: as a client sends it that has been told what is refused here. */
  adapted(number: string, change: (body: AnyJson) => AnyJson): Promise<AnyJson>;
  /** A call of the contract that is not compared. */
  call(method: string, path: string, body?: unknown, apikey?: string): Promise<WireAnswer>;
};

export const recordings = readRecordings();
export const outcomes = new Map<string, Outcome>();
/** The same of those that were replayed with another body as well. */
export const outcomesAdapted = new Map<string, Outcome>();

/** Replays recordings for one user of a gateway. */
export function createReplay({ url }: TestGateway, words: Words): Replay {
  async function run(...numbers: string[]): Promise<AnyJson> {
    let last: AnyJson;
    for (const number of numbers) last = await one(number, outcomes, (body) => body);
    return last;
  }

  async function one(number: string, into: typeof outcomes, change: (body: AnyJson) => AnyJson): Promise<AnyJson> {
    const { request: asked, response } = renamed(recordingOf(number), words);
    const { method, path, headers, body } = asked;
    const answered = await perform(url + path, { method, headers, body: bodyOf(change(body)) });
    into.set(number, compare(response, answered, shapesOnly.has(number)));
    return answered.body;
  }

  return {
    words,
    run,
    adapted: (number, change) => one(number, outcomesAdapted, change),
    call: (method, path, body, apikey = words['global-key-1'] ?? '') =>
      perform(url + path, {
        method,
        headers: { apikey, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        body: body === undefined ? undefined : JSON.stringify(body),
      }),
  };
}

export function recordingOf(number: string): Recording {
  const found = recordings.get(number);
  if (found === undefined) throw new Error(`no recording ${number}`);
  return found;
}

const shapesOnly = new Set(['301', '634']);

/** Where two answers differ after what is made up anew is taken out. */
export function compare(recorded: WireAnswer, answered: WireAnswer, isShapeOnly = false): Outcome {
  const simplify = isShapeOnly ? shapesOf : normalise;
  const [expected, actual] = [simplify(recorded.body), simplify(answered.body)];
  const at =
    recorded.status === answered.status
      ? [...new Set(differences(expected, actual, 'body'))].sort()
      : [`${recorded.status} -> ${answered.status}`];
  return { at, recorded: { ...recorded, body: expected }, answered: { ...answered, body: actual } };
}

function differences(expected: AnyJson, actual: AnyJson, path: string): string[] {
  if (isObject(expected) && isObject(actual))
    return [...new Set([...Object.keys(expected), ...Object.keys(actual)])].flatMap((key) =>
      differences(expected[key], actual[key], `${path}.${key}`),
    );
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length)
    return expected.flatMap((item, index) => differences(item, actual[index], `${path}[]`));
  return JSON.stringify(expected) === JSON.stringify(actual) ? [] : [path];
}

const isObject = (value: AnyJson) => value !== null && typeof value === 'object' && !Array.isArray(value);

async function perform(
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body: string | undefined },
): Promise<WireAnswer> {
  const { 'content-length': _length, ...rest } = headers;
  const answer = await request(url, {
    method: method as 'GET',
    headers: rest,
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.body.text();
  const isJson = String(answer.headers['content-type']).includes('json');
  return { status: answer.statusCode, body: isJson && text !== '' ? JSON.parse(text) : text };
}

function bodyOf(body: AnyJson): string | undefined {
  if (body === null || body === undefined) return undefined;
  return typeof body === 'string' && body.startsWith('<raw> ') ? body.slice(6) : JSON.stringify(body);
}

/** Replaces whole words in every string of a recording; longer ones first. */
export function renamed<T>(value: T, words: Words): T {
  const sorted = Object.keys(words).sort((one, other) => other.length - one.length);
  const escaped = sorted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\w-])(${escaped.join('|')})(?![\\w-])`, 'g');
  const text = JSON.stringify(value).replace(pattern, (word) => JSON.stringify(words[word] ?? word).slice(1, -1));
  return JSON.parse(text);
}
