import { instanceIdOf } from '../../evolution/instance-id.ts';
import type { OutboundOptions } from '../../evolution/outbound.ts';
import type { IdempotencyKey } from '../../modules/messages/index.ts';
import {
  type Messages,
  type NewDraft,
  readIdempotencyKey,
  type SendAnswer,
  setQuotaHeaders,
} from '../../modules/messages/index.ts';
import { translated } from './message-answers.ts';
import { inWordsOfContract, messageIdHeader, noteInHeaders } from './message-failures.ts';
import { recipientOf } from './message-numbers.ts';
import type { NumberCall } from './routes.ts';
import { isRecord } from './values.ts';

/** What is to be sent, and to whom as the caller wrote it; statuses go to nobody in particular. */
export type Wish = { to?: string; draft: NewDraft; options?: OutboundOptions };

type Done = Exclude<SendAnswer, { kind: 'refused' }>;

/** Sends of this contract: durable messages of ours, answered in the backend's words. */
export function createSends({ messages }: { messages: Pick<Messages, 'send' | 'get'> }) {
  /** Under the request's `Idempotency-Key` unless another is given. */
  async function send(call: NumberCall, { to, draft, options = {} }: Wish, key?: IdempotencyKey): Promise<Done> {
    const { caller, number, request, reply } = call;
    const { quoted, ...rest } = options;
    const recipient = to === undefined ? {} : { number: recipientOf(to) };
    const made: NewDraft = quoted === undefined ? draft : { ...draft, options: { quoted } };
    const chosen = key ?? readIdempotencyKey(request);
    const answer = await messages.send(
      {
        userId: caller.userId,
        dailyMax: caller.maxMessagesPerDay,
        from: number.id,
        ...recipient,
        options: rest,
        timing: { kind: 'now' },
        requestId: request.id,
        ...(chosen === undefined ? {} : { key: chosen }),
      },
      () => made,
    );
    setQuotaHeaders(reply, answer.quota);
    if (answer.isReplayed === true) reply.header('idempotency-replayed', 'true');
    if (answer.kind === 'refused') throw answer.error;
    return answer;
  }

  return {
    send,

    /** The same, told to the caller. */
    async sendAndTell(call: NumberCall, wish: Wish): Promise<unknown> {
      const { number, reply, caller } = call;
      try {
        const answer = await send(call, wish);
        reply.header(messageIdHeader, answer.id);
        if (answer.kind === 'sent' && answer.answer !== undefined)
          return withGivenMedium(translated(answer.answer, number), wish);
        return await rebuilt(caller.userId, answer.id, number);
      } catch (error) {
        noteInHeaders(reply, error);
        throw inWordsOfContract(error, number, wish.to);
      }
    },
  };

  // What was answered the first time is not kept: this is what the message says of itself.
  async function rebuilt(
    userId: number,
    id: string,
    { instanceName, integration }: NumberCall['number'],
  ): Promise<unknown> {
    const message = await messages.get(userId, id);
    const { remoteJid, whatsappId, status, text, sentAt, createdAt } = message;
    return {
      key: {
        remoteJid: /^\d+$/.test(remoteJid) ? `${remoteJid}@s.whatsapp.net` : remoteJid,
        fromMe: true,
        id: whatsappId,
      },
      status: acknowledgements[status] ?? 'PENDING',
      ...(text === null ? {} : { message: { conversation: text }, messageType: 'conversation' }),
      messageTimestamp: Math.floor((sentAt ?? createdAt).getTime() / 1_000),
      instanceId: instanceIdOf(instanceName),
      source: integration === 'WHATSAPP-BAILEYS' ? 'web' : 'unknown',
    };
  }
}

const acknowledgements: Readonly<Record<string, string>> = {
  delivered: 'DELIVERY_ACK',
  read: 'READ',
  played: 'PLAYED',
};

// A backend that keeps addresses was given one of ours.
function withGivenMedium(answer: unknown, { draft }: Wish): unknown {
  if (!isRecord(answer) || !isRecord(answer.message) || !('mediaUrl' in answer.message)) return answer;
  return { ...answer, message: { ...answer.message, mediaUrl: draft.content.media_url ?? null } };
}
