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
import type { ToldEvent } from './told-event.ts';

/** One call of a receiver. `error` is a public sentence; null where it answered 2xx. */
export type EndpointCall = {
  /** The body that was sent, as far as it is kept. */
  payload: string;
  statusCode: number | null;
  error: string | null;
  responseTimeMs: number;
  retryAfterMs: number | undefined;
};

export type CallEndpoint = (endpoint: CallableEndpoint & { userId: number }, event: ToldEvent) => Promise<EndpointCall>;

/** Resolving, connecting, sending and reading the answer. */
export const callWithinMs = 15_000;
const answerBytesMax = 65_536;
const payloadKeptMax = 65_536;

/** Signs an event and calls the receiver once; whatever comes of it is an answer, never thrown. */
export function createCallEndpoint(deps: {
  egress: Pick<Egress, 'fetchBytes'>;
  secretBox: Pick<SecretBox, 'open'>;
  clock: Clock;
}): CallEndpoint {
  const { clock } = deps;

  return async function callEndpoint(endpoint, event) {
    const body = formatBody(endpoint.format, event);
    const open = (sealed: string) => openEndpointSecret(deps.secretBox, endpoint.userId, sealed);
    const previous = endpoint.previousSecretSealed === null ? [] : [open(endpoint.previousSecretSealed)];
    const signature = signatureHeaders({ id: event.id, at: clock.now(), body }, [
      open(endpoint.secretSealed),
      ...previous,
    ]);
    const startedMs = clock.monotonicMs();
    const own = openHeaders(deps.secretBox, endpoint.userId, endpoint.headersSealed);
    const headers = { ...headersToSend(own, clock.now()), ...signature };
    const answer = await post(addressOf(endpoint, event), body, headers);
    return {
      ...answer,
      payload: body.slice(0, payloadKeptMax),
      responseTimeMs: Math.round(clock.monotonicMs() - startedMs),
    };
  };

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
