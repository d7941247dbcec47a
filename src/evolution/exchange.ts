import type { Dispatcher } from 'undici';
import { traceHeaders } from '../platform/trace.ts';
import { type CallFailure, callFailure } from './failure.ts';

/** One request. `path` is built by us alone: the server lets a query string override whom the call is about. */
export type Exchange = {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array | null;
  /** Milliseconds for all of it, the answer's body included. */
  deadlineMs: number;
  /** Bytes of the answer; one that is longer is `unreadable`. */
  answerBytesMax: number;
};

/** `failed` carries a status when the head of the answer had come. */
export type Exchanged =
  | { kind: 'answered'; status: number; body: unknown }
  | { kind: 'unreadable'; status: number; detail: string }
  | { kind: 'failed'; failure: CallFailure; status: number | undefined };

/** Whoever walks or writes what is nested deeper may run out of stack; messages quoted in messages stay far below. */
const depthMax = 500;
const quote = 0x22;
const backslash = 0x5c;
const bracket = 0x5b;
const brace = 0x7b;

export type ExchangedText =
  | Exclude<Exchanged, { kind: 'answered' }>
  | { kind: 'answered'; status: number; text: string };

/**
 * Sends one request and reads its JSON answer. Never rejects, whatever the server does. What is asked on behalf of a traced
 * request continues its trace.
 */
export async function exchange(dispatcher: Dispatcher, origin: string, call: Exchange): Promise<Exchanged> {
  const result = await exchangeText(dispatcher, origin, call);
  if (result.kind !== 'answered') return result;
  const { status, text } = result;
  if (isNestedBeyond(depthMax, text)) return { kind: 'unreadable', status, detail: `nested deeper than ${depthMax}` };
  try {
    return { kind: 'answered', status, body: JSON.parse(text) };
  } catch {
    return { kind: 'unreadable', status, detail: text === '' ? 'empty answer' : 'not JSON' };
  }
}

/** The same for an answer that is plain text. */
export async function exchangeText(dispatcher: Dispatcher, origin: string, call: Exchange): Promise<ExchangedText> {
  let status: number | undefined;
  let text: string | null;
  const trace = traceHeaders();
  try {
    const response = await dispatcher.request({
      origin,
      path: call.path,
      method: call.method,
      headers: trace === undefined ? call.headers : { ...call.headers, ...trace },
      body: call.body,
      signal: AbortSignal.timeout(call.deadlineMs),
    });
    status = response.statusCode;
    text = await readText(response, call.answerBytesMax);
  } catch (error) {
    return { kind: 'failed', failure: callFailure(error), status };
  }
  if (text === null) return { kind: 'unreadable', status, detail: `more than ${call.answerBytesMax} bytes` };
  return { kind: 'answered', status, text };
}

/** A name as one part of a path, whatever it holds. */
export function segment(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}

async function readText(response: Dispatcher.ResponseData, bytesMax: number): Promise<string | null> {
  const length = Number(response.headers['content-length']);
  // A declared length is a promise the HTTP parser holds the server to.
  if (length <= bytesMax) return response.body.text();
  if (length > bytesMax) return abandon(response);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > bytesMax) return abandon(response);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

function isNestedBeyond(max: number, text: string): boolean {
  if (text.length <= 2 * max) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === bracket || code === brace) {
      if (++depth > max) return true;
    } else if (code === bracket + 2 || code === brace + 2) depth--;
  }
  return false;
}

/** Where the string that begins at a quote ends: a quote with an even number of backslashes before it. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === backslash) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

function abandon(response: Dispatcher.ResponseData): null {
  response.body.on('error', () => {}).destroy();
  return null;
}
