import type { SendOutcome } from '../../evolution/outcome.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Backend, Backends } from '../backends/index.ts';
import type { PhoneNumbers, SendableNumber } from '../phone-numbers/index.ts';
import type { AcceptBatch, Accepted } from './accept.ts';
import { outcomeUnknown, quotaExceeded, refusal } from './errors.ts';
import { settlementPayload } from './event-payload.ts';
import { type OutboundContent, storedContent } from './message.ts';
import type { Settled, Settlement } from './settle.ts';

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
  quota: { limit: number; used: number; renewsInSeconds: number };
};

type Deps = {
  ids: Ids;
  phoneNumbers: Pick<PhoneNumbers, 'requireConnected' | 'checkConnection'>;
  backends: Pick<Backends, 'requireUsable'>;
  resolveRecipient(phoneNumberId: number, number: string): Promise<string>;
  accept: Pick<AcceptBatch, 'add'>;
  /** Settles however long it takes; rejects only when this process ends. */
  settle(settlement: Settlement): Promise<Settled>;
  /** Gives a settled message the acknowledgements that came before its answer. */
  catchUp(messageId: string): Promise<void>;
  keepAlive(work: Promise<unknown>): void;
  /** Milliseconds after which the caller is told that the outcome is unknown; 20 s unless given. */
  answerWithinMs?: number;
  /** Milliseconds after which the call itself ends; 65 s unless given. */
  callWithinMs?: number;
};

const answerWithinMsUsual = 20_000;
const callWithinMsUsual = 65_000;

/**
 * Sends one message now: accepted and committed first, then called once on the number's own backend, then settled.
 * The content is made after all that can refuse cheaply. Throws, besides what accepting refuses, `outcome_unknown`
 * when the backend does not say in time whether it sent; the call then goes on and settles by itself. `whenOver` is
 * called once, when the content is needed no more.
 */
export function createSendMessage(deps: Deps) {
  const { answerWithinMs = answerWithinMsUsual, callWithinMs = callWithinMsUsual } = deps;

  return async function sendMessage(
    input: SendInput,
    makeContent: (number: SendableNumber) => OutboundContent | Promise<OutboundContent>,
    whenOver: () => void = () => {},
  ): Promise<SentMessage> {
    const { sending, accepted } = await prepare(input, makeContent).catch((error: unknown) => {
      whenOver();
      throw error;
    });
    const { id, number, recipient } = sending;
    const work = callAndSettle(sending).finally(whenOver);
    deps.keepAlive(work);
    const outcome = await withinAnswerTime(work, answerWithinMs);
    if (outcome.kind === 'not_sent') throw refusal(outcome, id);
    if (outcome.kind === 'unknown') throw outcomeUnknown(id, outcome.reason);
    return {
      id,
      whatsappId: outcome.whatsappId,
      to: recipient,
      isSandbox: number.isSandbox,
      quota: { limit: input.dailyMax, used: accepted.used, renewsInSeconds: accepted.renewsInSeconds },
    };
  };

  async function prepare(
    input: SendInput,
    makeContent: (number: SendableNumber) => OutboundContent | Promise<OutboundContent>,
  ): Promise<{ sending: Sending; accepted: Accepted }> {
    const number = await deps.phoneNumbers.requireConnected(input.userId, input.token);
    const recipient = await deps.resolveRecipient(number.id, input.number);
    const backend = await deps.backends.requireUsable(number.backendId);
    const content = await makeContent(number);
    const id = deps.ids.uuidv7();
    const accepted = await accept(id, input, number, recipient, content);
    return { sending: { id, number, recipient, backend, content }, accepted };
  }

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
      instanceName: number.instanceName,
      backendId: number.backendId,
      kind: content.kind,
      recipient,
      content: JSON.stringify(storedContent(content)),
      requestId: input.requestId,
      dailyMax: input.dailyMax,
    });
    if (!accepted.accepted) throw quotaExceeded(input.dailyMax, accepted.renewsInSeconds);
    return accepted;
  }

  async function callAndSettle(sending: Sending): Promise<SendOutcome> {
    const outcome = await call(sending, callWithinMs);
    const { settled, earlyStatus } = await deps.settle(settlementOf(sending, outcome, deps.ids.uuidv7()));
    // An acknowledgement that came before the answer waits in the wire ledger. One whose settlement was committed
    // unheard may have it too: then only the repetition was answered.
    if (earlyStatus !== null || (!settled && outcome.kind === 'sent')) deps.keepAlive(deps.catchUp(sending.id));
    if (doubtsConnection(outcome)) deps.keepAlive(deps.phoneNumbers.checkConnection(sending.number.id));
    return outcome;
  }
}

type Sending = {
  id: string;
  number: SendableNumber;
  recipient: string;
  backend: Backend;
  content: OutboundContent;
};

// The number seemed connected when the message was accepted, and no call of its backend will tell that it is not.
function doubtsConnection(outcome: SendOutcome): boolean {
  return (
    outcome.kind === 'not_sent' &&
    (outcome.code === 'number_missing_on_backend' || outcome.code === 'number_not_connected')
  );
}

function call({ number, recipient, backend, content }: Sending, deadlineMs: number): Promise<SendOutcome> {
  const common = { instance: number.backendName, number: recipient, deadlineMs };
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

function settlementOf({ id, number, recipient, content }: Sending, outcome: SendOutcome, eventId: string): Settlement {
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

async function withinAnswerTime(work: Promise<SendOutcome>, withinMs: number): Promise<SendOutcome> {
  const { promise, resolve } = Promise.withResolvers<SendOutcome>();
  const timer = setTimeout(() => resolve({ kind: 'unknown', reason: 'timeout', detail: 'still under way' }), withinMs);
  try {
    return await Promise.race([work, promise]);
  } catch {
    // The process ends before the outcome could be stored; nothing else may be said of a message that was called.
    return { kind: 'unknown', reason: 'connection_lost', detail: 'could not be stored' };
  } finally {
    clearTimeout(timer);
  }
}
