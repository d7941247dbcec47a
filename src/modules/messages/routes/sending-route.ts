import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { callerOf } from '../../../http/authenticate.ts';
import type { KnownProblemCode } from '../../../http/problem-codes.ts';
import { problems } from '../../../http/problem-details.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { DraftSource, NewDraft } from '../drafts/draft.ts';
import type { Send } from '../sending/send.ts';
import type { SendAnswer, SendInput } from '../sending/send-input.ts';
import { type OptionsBody, prefersAsync, readOptions, readTiming } from '../sending/sending-options.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { setQuotaHeaders } from './quota-headers.ts';
import { exact, number, pool, QueuedAnswer, SendingHeaders, SentAnswer, sendingOptions, token } from './schemas.ts';

/** What one route that sends adds to what all of them have in common. */
export type SendingRoute<Fields extends TProperties> = {
  path: `/api/messages/${string}`;
  summary: string;
  description?: string;
  /** The kind's own fields of the body. */
  fields: Fields;
  /** An example of the kind's own fields. */
  example: Record<string, unknown>;
  /** False where the request names no number: its draft must then name a recipient. */
  withNumber?: boolean;
  /** `user` unless said. */
  auth?: 'user' | 'operator';
  /** Bytes; 1 MiB unless said. */
  bodyLimit?: number;
  /** Types of a body; JSON unless said. */
  consumes?: readonly string[];
  /** What this kind may answer besides what every send may. */
  problems?: readonly KnownProblemCode[];
  /**
   * Makes the draft, once the phone number is known to be the caller's; what it throws is answered. Runs for every
   * request, so it should load nothing that accepting may still refuse.
   */
  draftOf(body: Static<TObject<Fields>>, source: DraftSource, request: FastifyRequest): NewDraft | Promise<NewDraft>;
};

/**
 * Registers `POST <path>`: the body is `token` or `pool`, `number`, the kind's fields and `sendingOptions`; the answer is 200
 * once it was sent or 202 where it waits, with the `X-Quota-*` headers; `Idempotency-Key` and `Prefer: respond-async`
 * are obeyed. A kind costs its fields, a summary, an example and a `draftOf`.
 */
export function sendingRoute<Fields extends TProperties>(
  app: FastifyInstance,
  deps: { messages: { send: Send } },
  route: SendingRoute<Fields>,
): void {
  const { path, summary, description, auth = 'user', bodyLimit, withNumber = true } = route;
  const from = { token: Type.Optional(token), pool: Type.Optional(pool) };
  const whom = withNumber ? { ...from, number } : from;
  const exampleOfWhom = withNumber ? { token: 'eft_…', number: '628123456789' } : { token: 'eft_…' };
  app.post(
    path,
    {
      config: { auth },
      ...(bodyLimit === undefined ? {} : { bodyLimit }),
      schema: {
        tags: ['Messages'],
        summary,
        ...(description === undefined ? {} : { description }),
        ...(route.consumes === undefined ? {} : { consumes: [...route.consumes] }),
        headers: SendingHeaders,
        body: Type.Object(
          { ...whom, ...route.fields, ...sendingOptions },
          { ...exact, examples: [{ ...exampleOfWhom, ...route.example }] },
        ),
        response: sendingResponses(auth, route.problems),
      },
    },
    async (request, reply) => {
      const body = request.body as SendingBody & Static<TObject<Fields>>;
      const input = { ...readSend(request, body), from: fromOf(body) };
      return answerSend(
        request,
        reply,
        deps.messages.send(input, (source) => route.draftOf(body, source, request)),
      );
    },
  );
}

type SendingBody = OptionsBody & { token?: string; pool?: string; number?: string };

function fromOf({ token, pool }: SendingBody): SendInput['from'] {
  if (token !== undefined && pool === undefined) return token;
  if (pool !== undefined && token === undefined) return { pool };
  throw new DomainError('invalid_request', 'Give either token or pool: the phone number to send from.', {
    kind: 'invalid',
  });
}

/** What a route that sends may answer. */
export function sendingResponses(auth: 'user' | 'operator', more: readonly KnownProblemCode[] = []) {
  return { 200: SentAnswer, 202: QueuedAnswer, ...problems({ auth, body: true }, ...sendingProblems, ...more) };
}

/** What every send may be answered with. */
export const sendingProblems = [
  'not_found',
  'invalid_number',
  'number_not_connected',
  'number_paused',
  'kind_not_supported',
  'recipient_not_on_whatsapp',
  'backend_refused',
  'quota_exceeded',
  'number_paced',
  'no_number_available',
  'backend_unavailable',
  'outcome_unknown',
  'idempotency_key_in_use',
  'idempotency_key_reused',
] as const;

/** What a request asks of every send. Throws `invalid_request` where its options or its key cannot be. */
export function readSend(request: FastifyRequest, body: OptionsBody & { number?: string }): Omit<SendInput, 'from'> {
  const caller = callerOf(request);
  const key = readIdempotencyKey(request);
  return {
    userId: caller.userId,
    dailyMax: caller.maxMessagesPerDay,
    ...(body.number === undefined ? {} : { number: body.number }),
    ...(body.quoted === undefined ? {} : { quoted: body.quoted }),
    options: readOptions(body),
    timing: readTiming(body, prefersAsync(request.headers.prefer)),
    requestId: request.id,
    ...(key === undefined ? {} : { key }),
  };
}

/** What became of a send, its headers set: what the user's day has left, whether it repeats. Throws the problem. */
export async function settledSend(reply: FastifyReply, sending: Promise<SendAnswer>) {
  const answer = await sending.catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'quota_exceeded') {
      setQuotaHeaders(reply, {
        limit: Number(error.details.max_messages_per_day),
        used: Number.POSITIVE_INFINITY,
        renewsInSeconds: error.retryAfterSeconds ?? 0,
      });
    }
    throw error;
  });
  setQuotaHeaders(reply, answer.quota);
  if (answer.isReplayed === true) reply.header('idempotency-replayed', 'true');
  if (answer.kind === 'refused') throw answer.error;
  return answer;
}

/** Answers with what became of a send: 200 sent, 202 it waits, or the problem. */
export async function answerSend(request: FastifyRequest, reply: FastifyReply, sending: Promise<SendAnswer>) {
  const answer = await settledSend(reply, sending);
  const { id, to, isSandbox } = answer;
  const common = { success: true as const, message_id: id, to, ...(isSandbox ? { sandbox: true } : {}) };
  if (answer.kind === 'sent') return { ...common, status: 'sent' as const, whatsapp_id: answer.whatsappId };
  if (prefersAsync(request.headers.prefer)) reply.header('preference-applied', 'respond-async');
  reply.code(202);
  return {
    ...common,
    status: answer.status,
    ...(answer.sendAt === null ? {} : { send_at: answer.sendAt.toISOString() }),
  };
}
