import type { Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Dispatcher } from 'undici';
import { messagesOf } from './error-body.ts';
import { EvolutionError, errorOfAnswer, errorOfFailure, errorOfUnreadable } from './errors.ts';
import { exchange, segment } from './exchange.ts';

const MIB = 1024 * 1024;

export type Named = {
  instance: string;
  /** Milliseconds for the whole call. */
  deadlineMs: number;
};

export type Asking = Named & {
  method: 'GET' | 'POST' | 'DELETE';
  path: `/${'chat' | 'group'}/${string}`;
  /** The only names that ever stand in a query: the server would let others override the instance. */
  query?: { groupJid?: string; getParticipants?: 'true' | 'false' };
  body?: object;
  /** Bytes of the answer; 8 MiB unless given. */
  answerBytesMax?: number;
};

export type Ask = <T extends Type.TSchema>(schema: T, asking: Asking) => Promise<Static<T>>;

/** WhatsApp's own words for why it does not do something; the server passes them on behind a sentence of its own. */
const refusals: ReadonlySet<string> = new Set([
  'bad-request',
  'conflict',
  'forbidden',
  'gone',
  'item-not-found',
  'not-acceptable',
  'not-allowed',
  'not-authorized',
  'rate-overlimit',
  'resource-limit',
]);

/** Asks one server. Rejects with `EvolutionError`; its detail is the word of WhatsApp where WhatsApp said no. */
export function createAsk(deps: { origin: string; prefix: string; dispatcher: Dispatcher; apiKey: string }): Ask {
  return async (schema, { method, path, instance, deadlineMs, query, body, answerBytesMax = 8 * MIB }) => {
    const { apiKey } = deps;
    const result = await exchange(deps.dispatcher, deps.origin, {
      method,
      path: `${deps.prefix}${path}/${segment(instance)}${queryOf(query)}`,
      headers: body === undefined ? { apikey: apiKey } : { apikey: apiKey, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      deadlineMs,
      answerBytesMax,
    });
    if (result.kind === 'failed') throw errorOfFailure(result.failure);
    if (result.kind === 'unreadable') throw errorOfUnreadable(result.status, result.detail);
    if (result.status < 200 || result.status >= 300) throw refusalOf(result.status, result.body, apiKey, instance);
    if (Value.Check(schema, result.body)) return result.body;
    throw new EvolutionError('unreadable', 'not the shape an Evolution server answers with', result.status);
  };
}

function queryOf(query: Asking['query'] = {}): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function refusalOf(status: number, body: unknown, apiKey: string, instance: string): EvolutionError {
  const word = /^Error: ([a-z-]+)$/.exec(messagesOf(body).at(-1) ?? '')?.[1];
  if (word !== undefined && refusals.has(word)) return new EvolutionError('refused', word, status);
  return errorOfAnswer(status, body, [apiKey], instance);
}
