import type { Dispatcher } from 'undici';
import { callActions } from './client-actions.ts';
import { callFleetReads } from './client-fleet-reads.ts';
import { callHistory } from './client-history.ts';
import { callInstances } from './client-instances.ts';
import { callReads } from './client-reads.ts';
import { exchange, segment } from './exchange.ts';
import { formBody } from './form-body.ts';
import type { Outbound, OutboundKind, OutboundOptions } from './outbound.ts';
import { outcomeOfAnswer, outcomeOfFailure, outcomeOfUnreadable, type SendOutcome } from './outcome.ts';
import { sendRequestOf } from './send-request.ts';
import type { Integration } from './wire.ts';

const MIB = 1024 * 1024;

export type SendInput = {
  instance: string;
  /** Digits, or the whole address of a group. Reactions go to their target's chat and statuses to all, whatever it is. */
  number: string;
  content: Outbound;
  options?: OutboundOptions;
  /** How the number is connected: a few kinds travel differently. WHATSAPP-BAILEYS unless given. */
  integration?: Integration;
  /** Milliseconds for the whole call; must exceed the options' `delayMs`, and the server may take 60 s more. */
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
export type FleetReads = ReturnType<typeof callFleetReads>;
export type EvolutionActions = ReturnType<typeof callActions>;

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
    ...callActions({ origin, prefix, dispatcher, apiKey }),
    ...callHistory({ origin, prefix, dispatcher, apiKey }),
    reads: callReads({ origin, prefix, dispatcher, apiKey }),
    fleet: callFleetReads({ origin, prefix, dispatcher, apiKey, deadlineMs: deps.readTimeoutMs }),
    send,
  };

  /**
   * Sends a message of any kind. A voice note on EVOLUTION, given as base64, goes without the options: its form takes none.
   */
  async function send(input: SendInput): Promise<SendOutcome> {
    const { instance, number, content, options = {}, deadlineMs } = input;
    const request = sendRequestOf(number, content, options, input.integration ?? 'WHATSAPP-BAILEYS');
    const path = `${prefix}/message/${request.action}/${segment(instance)}`;
    if ('form' in request) {
      const { contentType, body } = formBody(request.form);
      return call(path, body, { ...headers, 'content-type': contentType }, deadlineMs, content.kind, instance);
    }
    return call(path, JSON.stringify(request.body), headers, deadlineMs, content.kind, instance);
  }

  async function call(
    path: string,
    body: string | Uint8Array,
    callHeaders: Record<string, string>,
    deadlineMs: number,
    kind: OutboundKind,
    instance: string,
  ): Promise<SendOutcome> {
    const result = await exchange(dispatcher, origin, {
      method: 'POST',
      path,
      headers: callHeaders,
      body,
      deadlineMs,
      // The Business integration repeats the media in its answer.
      answerBytesMax: MIB + body.length,
    });
    switch (result.kind) {
      case 'answered':
        return outcomeOfAnswer(result.status, result.body, secrets, kind, instance);
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
