import type { SendOutcome } from '../../../evolution/outcome.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Backends } from '../../backends/index.ts';
import type { PhoneNumbers, SendableNumber } from '../../phone-numbers/index.ts';
import type { AcceptBatch } from '../accept/accept.ts';
import { KeyTaken } from '../accept/idempotency.ts';
import type { Accepted, NewMessage } from '../accept/new-message.ts';
import { keptContent, type MakeDraft } from '../drafts/draft.ts';
import type { Drafts } from '../drafts/prepare-draft.ts';
import type { ReadDraft } from '../drafts/read-draft.ts';
import { numberPaused, outcomeUnknown, quotaExceeded, refusal } from '../errors.ts';
import type { MediaBudget, MediaPlace } from '../media/media-budget.ts';
import { addressOf } from '../message.ts';
import type { NumberPaces } from '../waiting/number-paces.ts';
import type { CallAndSettle, Sending } from './call-and-settle.ts';
import type { SendFromNumber, SentMessage } from './send-input.ts';

type Deps = {
  ids: Ids;
  phoneNumbers: Pick<PhoneNumbers, 'requireConnected'>;
  backends: Pick<Backends, 'requireUsable'>;
  readDraft: ReadDraft;
  drafts: Drafts;
  budget: Pick<MediaBudget, 'place'>;
  paces: Pick<NumberPaces, 'take'>;
  /** Throws `quota_exceeded` where no unit is left. Accepting decides; this only spares fetching for nothing. */
  requireUnitLeft(userId: number, dailyMax: number): Promise<void>;
  accept: Pick<AcceptBatch, 'add'>;
  callAndSettle: CallAndSettle;
  keepAlive(work: Promise<unknown>): void;
  /** Milliseconds, besides the delay asked for, after which the caller is told that the outcome is unknown; 20 s unless given. */
  answerWithinMs?: number;
};

export const answerWithinMsUsual = 20_000;

/**
 * Sends one message now: accepted and committed first, then called once on the number's own backend, then settled.
 * Media is loaded after all that can refuse cheaply. Throws, besides what preparing and accepting refuse,
 * `outcome_unknown` when the backend does not say in time whether it sent; the call then goes on and settles by itself.
 */
export function createSendMessage(deps: Deps) {
  const { answerWithinMs = answerWithinMsUsual } = deps;

  return async function sendMessage(input: SendFromNumber, makeDraft: MakeDraft): Promise<SentMessage> {
    const place = deps.budget.place(input.userId);
    const { sending, number, accepted } = await accept(input, makeDraft, place).catch((error: unknown) => {
      place.release();
      throw error;
    });
    const work = deps.callAndSettle(sending).finally(place.release);
    deps.keepAlive(work);
    const outcome = await withinAnswerTime(work, answerWithinMs + (sending.prepared.options.delayMs ?? 0));
    if (outcome.kind === 'not_sent') throw refusal(outcome, sending.id);
    if (outcome.kind === 'unknown') throw outcomeUnknown(sending.id, outcome.reason);
    return {
      kind: 'sent',
      id: sending.id,
      whatsappId: outcome.whatsappId,
      answer: outcome.answer,
      to: addressOf(sending.recipient),
      instanceName: number.instanceName,
      isSandbox: number.isSandbox,
      quota: { limit: input.dailyMax, used: accepted.used, renewsInSeconds: accepted.renewsInSeconds },
    };
  };

  async function accept(
    input: SendFromNumber,
    makeDraft: MakeDraft,
    place: MediaPlace,
  ): Promise<{ sending: Sending; number: SendableNumber; accepted: Accepted }> {
    const { userId, dailyMax } = input;
    const number = await deps.phoneNumbers.requireConnected(userId, input.from);
    if (number.isPaused) throw numberPaused();
    const { draft, recipient } = await deps.readDraft(input, number, makeDraft);
    const backend = await deps.backends.requireUsable(number.backendId);
    deps.drafts.check(draft, number);
    if (draft.content.media_url !== undefined) await deps.requireUnitLeft(userId, dailyMax);
    const prepared = await deps.drafts.prepare(draft, number, place);
    const message: NewMessage = {
      id: deps.ids.uuidv7(),
      userId,
      phoneNumberId: number.id,
      instanceName: number.instanceName,
      backendId: number.backendId,
      kind: prepared.outbound.kind,
      recipient,
      content: JSON.stringify(keptContent(prepared.content, prepared.options)),
      requestId: input.requestId,
      dailyMax,
      fingerprint: prepared.fingerprint,
      timing: input.timing,
      ...(draft.blobId === undefined ? {} : { blobId: draft.blobId }),
      ...(input.retryOf === undefined ? {} : { retryOf: input.retryOf }),
      ...(input.key === undefined ? {} : { key: input.key }),
      ...(input.byPool === true ? { byPool: true } : {}),
      ...(input.takesOver === undefined ? {} : { takesOver: input.takesOver }),
    };
    const accepted = await acceptAtPace(number, message);
    return { sending: { id: message.id, number, recipient, backend, prepared }, number, accepted };
  }

  // What is not accepted has not used up the number's pace.
  async function acceptAtPace(number: SendableNumber, message: NewMessage): Promise<Accepted> {
    const giveBack = await deps.paces.take(number);
    try {
      const accepted = await deps.accept.add(message);
      if (accepted.refusal === 'key') throw new KeyTaken();
      if (accepted.refusal === 'quota') throw quotaExceeded(message.dailyMax, accepted.renewsInSeconds);
      return accepted;
    } catch (error) {
      await giveBack();
      throw error;
    }
  }
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
