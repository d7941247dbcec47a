import type { SendOutcome } from '../../evolution/outcome.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Backend, Backends } from '../backends/index.ts';
import type { PhoneNumbers, SendableNumber } from '../phone-numbers/index.ts';
import type { AcceptBatch, Accepted } from './accept.ts';
import { outcomeUnknown, quotaExceeded, refusal } from './errors.ts';
import { settlementPayload } from './event-payload.ts';
import { type OutboundContent, storedContent } from './message.ts';
import type { Settlement } from './settle.ts';
import type { SettleSurely } from './settle-surely.ts';

export type SendInput = {
  userId: number;
  /** Messages this user may send on one day. */
  dailyMax: number;
  token: string;
  /** As the caller wrote it. */
  number: string;
  requestId: string;
};

export type SentMessage = {
  id: string;
  whatsappId: string;
  to: string;
  isSandbox: boolean;
  quota: { limit: number; used: number };
};

type Deps = {
  ids: Ids;
  phoneNumbers: Pick<PhoneNumbers, 'requireConnected'>;
  backends: Pick<Backends, 'requireUsable'>;
  resolveRecipient(phoneNumberId: number, number: string): Promise<string>;
  accept: Pick<AcceptBatch, 'add'>;
  settleSurely: SettleSurely;
  catchUp(messageId: string): Promise<void>;
  keepAlive(work: Promise<unknown>): void;
};

const answerWithinMs = 20_000;
const callDeadlineMs = 65_000;

/**
 * Sends one message now: accepted and committed first, then called once on the number's own backend, then settled.
 * The content is made after all that can refuse cheaply. Throws, besides what accepting refuses, `outcome_unknown`
 * when the backend does not say in time whether it sent; the call then goes on and settles by itself.
 */
export function createSendMessage(deps: Deps) {
  return async function sendMessage(
    input: SendInput,
    makeContent: () => OutboundContent | Promise<OutboundContent>,
  ): Promise<SentMessage> {
    const number = await deps.phoneNumbers.requireConnected(input.userId, input.token);
    const recipient = await deps.resolveRecipient(number.id, input.number);
    const backend = await deps.backends.requireUsable(number.backendId);
    const content = await makeContent();
    const id = deps.ids.uuidv7();
    const { used, day } = await accept(id, input, number, recipient, content);

    const work = callAndSettle({ id, day, number, recipient, backend, content });
    deps.keepAlive(work);
    const outcome = await withinAnswerTime(work, id);
    if (outcome.kind === 'not_sent') throw refusal(outcome, id);
    if (outcome.kind === 'unknown') throw outcomeUnknown(id, outcome.reason);
    return {
      id,
      whatsappId: outcome.whatsappId,
      to: recipient,
      isSandbox: number.isSandbox,
      quota: { limit: input.dailyMax, used },
    };
  };

  async function accept(
    id: string,
    input: SendInput,
    number: SendableNumber,
    recipient: string,
    content: OutboundContent,
  ): Promise<Accepted> {
    const accepted = await deps.accept.add({
      id,
      userId: input.userId,
      phoneNumberId: number.id,
      backendId: number.backendId,
      kind: content.kind,
      recipient,
      content: JSON.stringify(storedContent(content)),
      requestId: input.requestId,
      dailyMax: input.dailyMax,
    });
    if (!accepted.accepted) throw quotaExceeded(input.dailyMax);
    return accepted;
  }

  async function callAndSettle(sending: Sending): Promise<SendOutcome> {
    const outcome = await call(sending);
    const { earlyStatus } = await deps.settleSurely(settlementOf(sending, outcome, deps.ids.uuidv7()));
    // Its acknowledgement came before the answer and waits in the wire ledger.
    if (earlyStatus !== null) await deps.catchUp(sending.id);
    return outcome;
  }
}

type Sending = {
  id: string;
  day: string;
  number: SendableNumber;
  recipient: string;
  backend: Backend;
  content: OutboundContent;
};

function call({ number, recipient, backend, content }: Sending): Promise<SendOutcome> {
  const common = { instance: number.backendName, number: recipient, deadlineMs: callDeadlineMs };
  if (content.kind === 'text') return backend.sends.sendText({ ...common, text: content.text });
  const { mimetype, fileName, caption } = content;
  return backend.sends.sendMedia({
    ...common,
    mediatype: content.kind,
    media: content.base64,
    ...(mimetype === undefined ? {} : { mimetype }),
    ...(fileName === undefined ? {} : { fileName }),
    ...(caption === undefined ? {} : { caption }),
  });
}

function settlementOf(
  { id, day, number, recipient, content }: Sending,
  outcome: SendOutcome,
  eventId: string,
): Settlement {
  const sent = outcome.kind === 'sent' ? outcome : undefined;
  const status = outcome.kind === 'not_sent' ? 'failed' : outcome.kind;
  const statusReason = outcome.kind === 'not_sent' ? outcome.code : outcome.kind === 'unknown' ? outcome.reason : null;
  return {
    messageId: id,
    userId: number.userId,
    phoneNumberId: number.id,
    status,
    statusReason,
    whatsappId: sent?.whatsappId ?? null,
    remoteJid: sent?.remoteJid ?? null,
    isMedia: content.kind !== 'text',
    quotaDay: day,
    eventId,
    payload: settlementPayload({
      messageId: id,
      number,
      recipient,
      kind: content.kind,
      status,
      statusReason,
      whatsappId: sent?.whatsappId ?? null,
      remoteJid: sent?.remoteJid ?? null,
    }),
  };
}

async function withinAnswerTime(work: Promise<SendOutcome>, messageId: string): Promise<SendOutcome> {
  const { promise, resolve } = Promise.withResolvers<SendOutcome>();
  const timer = setTimeout(
    () => resolve({ kind: 'unknown', reason: 'timeout', detail: `message ${messageId} is still under way` }),
    answerWithinMs,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
