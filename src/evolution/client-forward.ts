import type { Dispatcher } from 'undici';
import { DomainError } from '../platform/errors.ts';
import { errorOfAnswer, errorOfFailure, errorOfUnreadable } from './errors.ts';
import { exchange, segment } from './exchange.ts';
import {
  type Field,
  type Fields,
  type ForwardName,
  type ForwardOperation,
  forwardOperations,
} from './forward-operations.ts';
import { isRecord, type Json } from './json-reading.ts';
import { withTexts } from './texts.ts';

const MIB = 1024 * 1024;
const listMax = 1_000;
const lengthMax = { text: 4_096, long: 65_536, medium: 24 * MIB } as const;

export type ForwardInput = {
  operation: ForwardName;
  query?: Json;
  body?: Json;
};

/** What a server answered, in its own words; nothing of it names the server or its key. */
export type Forwarded = {
  status: number;
  body: unknown;
  /** It says that the number has no connection to WhatsApp. */
  doubtsConnection: boolean;
};

/**
 * Passes calls on, of the table's operations alone: URL, query and body are made anew out of what the table names. Answers
 * whatever the server says in its own shape, refusals included; rejects with `EvolutionError` where it says nothing, does
 * not take our key, or does not know the instance, and with `invalid_request` where a value is too long.
 */
export function callForward(deps: { origin: string; prefix: string; dispatcher: Dispatcher; apiKey: string }) {
  const { apiKey, origin, prefix } = deps;
  const host = new URL(origin).host;

  return async function forward(input: ForwardInput & { instance: string; deadlineMs: number }): Promise<Forwarded> {
    const operation: ForwardOperation = forwardOperations[input.operation];
    const body = operation.body === undefined ? null : JSON.stringify(picked(operation.body, input.body ?? {}));
    const result = await exchange(deps.dispatcher, origin, {
      method: operation.method,
      path: `${prefix}${operation.path}/${segment(input.instance)}${queryOf(operation, input.query ?? {})}`,
      headers: body === null ? { apikey: apiKey } : { apikey: apiKey, 'content-type': 'application/json' },
      body,
      deadlineMs: input.deadlineMs,
      answerBytesMax: operation.answerBytesMax ?? 8 * MIB,
    });
    if (result.kind === 'failed') throw errorOfFailure(result.failure);
    if (result.kind === 'unreadable') throw errorOfUnreadable(result.status, result.detail);
    const { status } = result;
    const isGood = status >= 200 && status < 300;
    if (isGood && !isAnswerTo(operation, result.body))
      throw errorOfUnreadable(status, 'not the shape an Evolution server answers with');
    const told = isGood ? undefined : errorOfAnswer(status, result.body, [apiKey], input.instance);
    if (told !== undefined && !isOfTheOperation(told, result.body)) throw told;
    return {
      status,
      body: withTexts(result.body, (text) => withoutServer(text, status)),
      doubtsConnection: told?.kind === 'not_connected',
    };
  };

  // Also what a crash lets through after its first line, such as the query that failed.
  function withoutServer(text: string, status: number): string {
    const line = status >= 400 ? (text.trim().split('\n', 1)[0] ?? '') : text;
    if (!line.includes(host) && !line.includes(apiKey)) return line;
    return line.replaceAll(apiKey, '…').replaceAll(origin, '…').replaceAll(host, '…');
  }
}

// What is wrong between us and the server is nothing that the caller could have asked differently.
function isOfTheOperation({ kind, detail }: ReturnType<typeof errorOfAnswer>, body: unknown): boolean {
  if (kind === 'unauthorized' || kind === 'not_found' || kind === 'unreadable') return false;
  if (/^Cannot (GET|POST|DELETE) /.test(detail) || detail === 'LICENSE_REQUIRED') return false;
  if (!isRecord(body)) return false;
  const { status, response, message } = body;
  return (
    typeof status === 'number' && (message !== undefined || (isRecord(response) && response.message !== undefined))
  );
}

function isAnswerTo({ answers }: ForwardOperation, body: unknown): boolean {
  if (answers === 'list') return Array.isArray(body);
  return isRecord(body) || (body === null && answers !== undefined);
}

function queryOf({ query = {} }: ForwardOperation, given: Json): string {
  const pairs = Object.entries(picked(query, given)).map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value).toWellFormed())}`,
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function picked(fields: Fields, given: Json): Json {
  const kept: Json = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = Object.hasOwn(given, name) ? keep(field, given[name], name) : undefined;
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

function keep(field: Field, value: unknown, name: string): unknown {
  if (typeof field === 'object') {
    if (isList(field)) return keepList(field[0], value, name);
    return isRecord(value) ? picked(field, value) : undefined;
  }
  switch (field) {
    case 'text':
    case 'long':
    case 'medium':
      return typeof value === 'string' ? bounded(value, lengthMax[field], name) : undefined;
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case 'number':
      return typeof value === 'number' ? value : undefined;
    case 'scalar':
      return typeof value === 'string' ? bounded(value, lengthMax.text, name) : keep('number', value, name);
    default:
      return field satisfies never;
  }
}

function keepList(field: Field, value: unknown, name: string): unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  if (value.length > listMax) throw tooLong(`${name} has at most ${listMax} entries.`);
  return value.map((each) => keep(field, each, name)).filter((each) => each !== undefined);
}

function bounded(text: string, max: number, name: string): string {
  if (text.length > max) throw tooLong(`${name} has at most ${max} characters.`);
  return text;
}

function isList(field: Fields | readonly [Field]): field is readonly [Field] {
  return Array.isArray(field);
}

function tooLong(sentence: string): DomainError {
  return new DomainError('invalid_request', sentence, { kind: 'invalid' });
}
