import type { Dispatcher } from 'undici';
import { callInstances } from './client-instances.ts';
import { exchange, segment } from './exchange.ts';
import { outcomeOfAnswer, outcomeOfFailure, outcomeOfUnreadable, type SendOutcome } from './outcome.ts';
import type { MediaType } from './wire.ts';

const MIB = 1024 * 1024;

export type SendTextInput = {
  instance: string;
  number: string;
  text: string;
  /** Milliseconds the server shows "typing" before it sends. */
  delayMs?: number;
  /** Milliseconds for the whole call; must exceed `delayMs`, and the server may take 60 s more. */
  deadlineMs: number;
  linkPreview?: boolean;
};

export type SendMediaInput = {
  instance: string;
  number: string;
  mediatype: MediaType;
  mimetype?: string;
  caption?: string;
  /** Bare base64, or a URL the backend can load. */
  media: string;
  fileName?: string;
  delayMs?: number;
  deadlineMs: number;
};

export type EvolutionClientDeps = {
  /** http or https; a path in it is kept as prefix. */
  baseUrl: string;
  apiKey: string;
  dispatcher: Dispatcher;
  /** Deadline of every call that does not wait for WhatsApp. */
  readTimeoutMs: number;
  /** Deadline of create, connect and restart, which wait 2 to 6 s and longer when WhatsApp is slow. Default 30 s. */
  connectTimeoutMs?: number;
};

export type EvolutionClient = ReturnType<typeof createEvolutionClient>;

/**
 * Calls to one Evolution API 2.x server. Sends resolve to a {@link SendOutcome} and never reject; every other call resolves
 * or rejects with an `EvolutionError`.
 */
export function createEvolutionClient(deps: EvolutionClientDeps) {
  const { origin, prefix } = parseBaseUrl(deps.baseUrl);
  const { dispatcher, apiKey } = deps;
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new TypeError('apiKey must be visible ASCII');
  const headers = { apikey: apiKey, 'content-type': 'application/json' };
  const secrets = [apiKey];

  return {
    ...callInstances({
      origin,
      prefix,
      dispatcher,
      apiKey,
      readTimeoutMs: deps.readTimeoutMs,
      connectTimeoutMs: deps.connectTimeoutMs ?? 30_000,
    }),
    sendText,
    sendMedia,
  };

  async function sendText(input: SendTextInput): Promise<SendOutcome> {
    const body = JSON.stringify({
      number: input.number,
      text: input.text,
      delay: input.delayMs,
      linkPreview: input.linkPreview,
    });
    return send(`${prefix}/message/sendText/${segment(input.instance)}`, body, input.deadlineMs, MIB);
  }

  async function sendMedia(input: SendMediaInput): Promise<SendOutcome> {
    const body = JSON.stringify({
      number: input.number,
      mediatype: input.mediatype,
      mimetype: input.mimetype,
      caption: input.caption,
      media: input.media,
      fileName: input.fileName,
      delay: input.delayMs,
    });
    // The Business integration repeats the media in its answer.
    const answerBytesMax = MIB + input.media.length;
    return send(`${prefix}/message/sendMedia/${segment(input.instance)}`, body, input.deadlineMs, answerBytesMax);
  }

  async function send(path: string, body: string, deadlineMs: number, answerBytesMax: number): Promise<SendOutcome> {
    const result = await exchange(dispatcher, origin, {
      method: 'POST',
      path,
      headers,
      body,
      deadlineMs,
      answerBytesMax,
    });
    switch (result.kind) {
      case 'answered':
        return outcomeOfAnswer(result.status, result.body, secrets);
      case 'unreadable':
        return outcomeOfUnreadable(result.status, result.detail);
      case 'failed':
        return outcomeOfFailure(result.failure, result.status);
      default:
        return result satisfies never;
    }
  }
}

function parseBaseUrl(baseUrl: string): { origin: string; prefix: string } {
  const url = new URL(baseUrl);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('baseUrl must be http or https');
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
}
