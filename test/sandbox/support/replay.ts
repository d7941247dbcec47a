import { request } from 'undici';
import { expect } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { KEY } from './api.ts';
import { type AnyJson, type Capture, normalise, readCaptures, rename } from './captures.ts';
import type { Listener } from './listener.ts';

export type Replay = {
  /** What the recording calls something, to what it is called here. Filled up as ids come in. */
  words: Record<string, string>;
  /** Replays recordings in the given order and compares each; returns the last answer's body. */
  run(...numbers: string[]): Promise<AnyJson>;
  /** Creates what a recorded create asked for, without comparing. */
  setUp(...numbers: string[]): Promise<void>;
  post(path: string, body: unknown): Promise<AnyJson>;
};

const captures = readCaptures();
/** Numbers of every recording that was replayed by a test of this file. */
export const compared = new Set<string>();
export const recorded = [...captures.keys()];

export function createReplay(sandbox: Sandbox, listener: Listener, clientName: string): Replay {
  const suffix = Math.random().toString(36).slice(2, 7);
  const host = sandbox.url.replace('http://', '');
  const words: Record<string, string> = { 'global-key-1': KEY, 'My Shop': 'Corner Bakery' };
  for (const port of [8081, 8082, 8083]) words[`127.0.0.1:${port}`] = host;
  words['127.0.0.1:9099'] = listener.url.replace('http://', '');
  for (const count of [1, 2, 3]) words[`evolution_${count}`] = clientName;
  renamedNames.forEach((name, index) => {
    words[name] = `x${index}-${suffix}`;
  });

  async function run(...numbers: string[]): Promise<AnyJson> {
    let last: AnyJson;
    for (const number of numbers) {
      const capture = rename(find(number), words);
      const actual = await perform(capture);
      compared.add(number);
      last = actual.body;
      expect({ capture: capture.id, status: actual.status, body: comparable(actual.body, number) }).toEqual({
        capture: capture.id,
        status: capture.response.status,
        body: comparable(capture.response.body, number),
      });
    }
    return last;
  }

  async function perform(capture: Capture): Promise<{ status: number; body: AnyJson }> {
    const { method, path, headers } = capture.request;
    const body = bodyOf(capture);
    const response = await request(sandbox.url + path, {
      method: method as 'GET',
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.body.text();
    const json = String(response.headers['content-type']).startsWith('application/json');
    return { status: response.statusCode, body: json && text !== '' ? JSON.parse(text) : text };
  }

  return {
    words,
    run,
    async setUp(...numbers) {
      for (const number of numbers) await perform(rename(find(number), words));
    },
    async post(path, body) {
      const capture = rename(
        { request: { method: 'POST', path, headers: jsonHeaders, body } } as unknown as Capture,
        words,
      );
      return (await perform(capture)).body;
    },
  };
}

const jsonHeaders = { apikey: 'global-key-1', 'content-type': 'application/json' };

/** Instance names and tokens of the recordings; longer ones are replaced first. */
const renamedNames = [
  ...['evo-a', 'evo-min', 'evo-duptok', 'evo-dupnum', 'evo-whnoev', 'evo-whbadev', 'evo-badnum', 'evo-life'],
  ...['bail-noqr', 'bail-qr', 'bail-def', 'biz-a', 'biz-x', 'biz-y', 'wa1', 'nosuch', 'nointeg', 'badinteg'],
  ...['pre-shared', 'post-shared', 'clients_base1', 'wh-byev', 'wh-jwt', 'wh-retry', 'wh-r400', 'wh-r429', 'wh-reset'],
  ...['wh-slow', 'wh-down', 'tok-evo-a', 'tok-life', 'tok-wa1', 'tok-bail-noqr', 'tok-bail-qr', 'tok-pre-shared'],
  ...['tok-post-shared', 'tok-clients-base1', 'tok-wh-byev', 'EAAG-fake-token', 'race-cap'],
];

export function find(number: string): Capture {
  const capture = captures.get(number);
  if (!capture) throw new Error(`no recording ${number}`);
  return capture;
}

function bodyOf(capture: Capture): string | undefined {
  const { body } = capture.request;
  if (body === null || body === undefined) return undefined;
  if (typeof body === 'string' && body.startsWith('<raw> ')) return body.slice(6);
  return JSON.stringify(body);
}

/** Of lists whose order the server leaves open, the shape of what they hold. */
const shapesOnly = new Set(['301', '634']);

/**
 * Lists of rows have no order of their own. Two things are not compared because they are not simulated: counts that include
 * contacts and chats (533, 645), and the size of a picture after its conversion to JPEG (627).
 */
function comparable(body: AnyJson, number: string): AnyJson {
  if (number === '627') return normalise({ ...body, message: { ...body.message.imageMessage, fileLength: '<size>' } });
  if (body?.messages?.records) return comparablePage(body.messages, shapesOnly.has(number));
  if (number === '304') return [...body].sort(byAddress).map(normalise);
  const rows = Array.isArray(body) && body.every((row) => typeof row?.name === 'string');
  if (!rows) return normalise(body);
  const sorted = [...body].sort((one, other) => one.name.localeCompare(other.name));
  const counted = number !== '533' && number !== '645';
  return sorted.map((row) => normalise(counted ? row : { ...row, _count: '<counts>' }));
}

const byAddress = (one: AnyJson, other: AnyJson) => one.remoteJid.localeCompare(other.remoteJid);

function comparablePage(page: AnyJson, isShapeOnly: boolean): AnyJson {
  const { records, total, pages, ...rest } = page;
  if (isShapeOnly) return { ...rest, shapes: [...new Set(records.map(shapeOf))].sort() };
  const inOrder = [...records].sort((one, other) =>
    JSON.stringify(one.message).localeCompare(JSON.stringify(other.message)),
  );
  return { ...rest, total, pages, records: inOrder.map(normalise) };
}

function shapeOf(record: AnyJson): string {
  const { message: _message, contextInfo: _context, key: _key, MessageUpdate: updates, ...columns } = record;
  const types = Object.entries(columns).map(([name, value]) => `${name}: ${value === null ? 'text' : typeof value}`);
  return [...types, `MessageUpdate: ${updates.length > 0 ? Object.keys(updates[0]) : 'status'}`].sort().join();
}

/** Another order with every run; the seed is printed by a failing test. */
export function shuffled<T>(items: T[], seed: number): T[] {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return items
    .map((item) => ({ item, at: next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
