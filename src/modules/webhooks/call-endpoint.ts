import type { Clock } from '../../platform/clock.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import { type Egress, EgressError } from '../../platform/egress/index.ts';
import type { CallableEndpoint } from './endpoint.ts';
import { headersToSend, openHeaders } from './endpoint-headers.ts';
import { openEndpointSecret } from './endpoint-secret.ts';
import { evolutionPathOf } from './evolution-body.ts';
import { formatBody } from './format-body.ts';
import { parseRetryAfter } from './retry-delay.ts';
import { signatureHeaders } from './sign.ts';
import { type ToldEvent, textOf } from './told-event.ts';

/** One call of a receiver. `error` is a public sentence; null where it answered 2xx. */
export type EndpointCall = {
  /** The body that was sent, as far as it is kept: without media, and its beginning. */
  payload: string;
  statusCode: number | null;
  error: string | null;
  responseTimeMs: number;
  retryAfterMs: number | undefined;
};

/** `mediaWithinMs`: how long media may take to come; 10 s at most. */
export type CallEndpoint = (
  endpoint: CallableEndpoint & { userId: number },
  event: ToldEvent,
  mediaWithinMs?: number,
) => Promise<EndpointCall>;

/** Runs `work` with the medium of a message in base64; undefined where it is not to be had. */
export type WithMedia = (
  of: { userId: number; messageId: string },
  withinMs: number,
  work: (base64: string | undefined) => Promise<EndpointCall>,
) => Promise<EndpointCall>;

/** Resolving, connecting, sending and reading the answer. */
export const callWithinMs = 15_000;
const mediaWithinMsMax = 10_000;
const answerBytesMax = 65_536;
const payloadKeptMax = 65_536;

/** Signs an event and calls the receiver once; whatever comes of it is an answer, never thrown. */
export function createCallEndpoint(deps: {
  egress: Pick<Egress, 'fetchBytes'>;
  secretBox: Pick<SecretBox, 'open'>;
  clock: Clock;
  /** Without it no event comes with its media. */
  withMedia?: WithMedia | undefined;
}): CallEndpoint {
  const { clock } = deps;

  return async function callEndpoint(endpoint, event, mediaWithinMs = mediaWithinMsMax) {
    const messageId = messageIdWithMedia(endpoint, event);
    if (messageId === undefined || deps.withMedia === undefined) return call(endpoint, event);
    const of = { userId: endpoint.userId, messageId };
    return deps.withMedia(of, Math.min(mediaWithinMs, mediaWithinMsMax), (base64) => call(endpoint, event, base64));
  };

  async function call(
    endpoint: CallableEndpoint & { userId: number },
    event: ToldEvent,
    media?: string,
  ): Promise<EndpointCall> {
    const kept = formatBody(endpoint.format, event);
    const body = media === undefined ? kept : formatBody(endpoint.format, { ...event, media });
    const open = (sealed: string) => openEndpointSecret(deps.secretBox, endpoint.userId, sealed);
    const previous = endpoint.previousSecretSealed === null ? [] : [open(endpoint.previousSecretSealed)];
    const signature = signatureHeaders({ id: event.id, at: clock.now(), body }, [
      open(endpoint.secretSealed),
      ...previous,
    ]);
    const own = openHeaders(deps.secretBox, endpoint.userId, endpoint.headersSealed);
    const headers = { ...headersToSend(own, clock.now()), ...signature };
    const startedMs = clock.monotonicMs();
    const answer = await post(addressOf(endpoint, event), body, headers);
    return {
      ...answer,
      payload: kept.slice(0, payloadKeptMax),
      responseTimeMs: Math.round(clock.monotonicMs() - startedMs),
    };
  }

  async function post(
    url: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<Pick<EndpointCall, 'statusCode' | 'error' | 'retryAfterMs'>> {
    try {
      const { status, headers: answered } = await deps.egress.fetchBytes({
        url,
        method: 'POST',
        headers: { 'user-agent': 'Evofleet-Webhooks/1', ...headers, 'content-type': 'application/json' },
        body,
        deadlineMs: callWithinMs,
        maxBytes: answerBytesMax,
        onExcess: 'truncate',
        onEncoded: 'raw',
      });
      const isGood = status >= 200 && status < 300;
      return {
        statusCode: status,
        error: isGood ? null : `The receiver answered ${status}.`,
        retryAfterMs: isGood ? undefined : parseRetryAfter(answered['retry-after'], clock.now()),
      };
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      return { statusCode: null, error: error.message, retryAfterMs: undefined };
    }
  }
}

function addressOf({ url, format, byEvents }: CallableEndpoint, event: ToldEvent): string {
  return byEvents && format === 'evolution' ? `${url}/${evolutionPathOf(event)}` : url;
}

function messageIdWithMedia({ format, withMedia }: CallableEndpoint, { type, payload }: ToldEvent): string | undefined {
  if (!withMedia || format !== 'evolution' || type !== 'message.received') return undefined;
  return textOf(payload.media_type) === null ? undefined : (textOf(payload.message_id) ?? undefined);
}
