import type { SendOutcome } from '../../evolution/outcome.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Backends } from '../backends/index.ts';
import type { PhoneNumbers, SendableNumber } from '../phone-numbers/index.ts';
import type { AcceptBatch, Accepted } from './accept.ts';
import type { CallAndSettle, Sending } from './call-and-settle.ts';
import type { Draft } from './draft.ts';
import { outcomeUnknown, quotaExceeded, refusal } from './errors.ts';
import type { MediaBudget, MediaPlace } from './media-budget.ts';
import type { Drafts } from './prepare-draft.ts';

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
  phoneNumbers: Pick<PhoneNumbers, 'requireConnected'>;
  backends: Pick<Backends, 'requireUsable'>;
  resolveRecipient(phoneNumberId: number, number: string): Promise<string>;
  drafts: Drafts;
  budget: Pick<MediaBudget, 'place'>;
  /** Throws `quota_exceeded` where no unit is left. Accepting decides; this only spares fetching for nothing. */
  requireUnitLeft(userId: number, dailyMax: number): Promise<void>;
  accept: Pick<AcceptBatch, 'add'>;
  callAndSettle: CallAndSettle;
  keepAlive(work: Promise<unknown>): void;
  /** Milliseconds, besides the delay asked for, after which the caller is told that the outcome is unknown; 20 s unless given. */
  answerWithinMs?: number;
};

const answerWithinMsUsual = 20_000;

/**
 * Sends one message now: accepted and committed first, then called once on the number's own backend, then settled.
 * Media is loaded after all that can refuse cheaply. Throws, besides what preparing and accepting refuse,
 * `outcome_unknown` when the backend does not say in time whether it sent; the call then goes on and settles by itself.
 */
export function createSendMessage(deps: Deps) {
  const { answerWithinMs = answerWithinMsUsual } = deps;

  return async function sendMessage(input: SendInput, draft: Draft): Promise<SentMessage> {
    const place = deps.budget.place(input.userId);
    const { sending, number, accepted } = await accept(input, draft, place).catch((error: unknown) => {
      place.release();
      throw error;
    });
    const work = deps.callAndSettle(sending).finally(place.release);
    deps.keepAlive(work);
    const outcome = await withinAnswerTime(work, answerWithinMs + (draft.options.delayMs ?? 0));
    if (outcome.kind === 'not_sent') throw refusal(outcome, sending.id);
    if (outcome.kind === 'unknown') throw outcomeUnknown(sending.id, outcome.reason);
    return {
      id: sending.id,
      whatsappId: outcome.whatsappId,
      to: sending.recipient,
      isSandbox: number.isSandbox,
      quota: { limit: input.dailyMax, used: accepted.used, renewsInSeconds: accepted.renewsInSeconds },
    };
  };

  async function accept(
    input: SendInput,
    draft: Draft,
    place: MediaPlace,
  ): Promise<{ sending: Sending; number: SendableNumber; accepted: Accepted }> {
    const number = await deps.phoneNumbers.requireConnected(input.userId, input.token);
    const recipient = await deps.resolveRecipient(number.id, input.number);
    const backend = await deps.backends.requireUsable(number.backendId);
    deps.drafts.check(draft, number);
    if (draft.content.media_url !== undefined) await deps.requireUnitLeft(input.userId, input.dailyMax);
    const prepared = await deps.drafts.prepare(draft, number, place);
    const id = deps.ids.uuidv7();
    const accepted = await deps.accept.add({
      id,
      userId: input.userId,
      phoneNumberId: number.id,
      instanceName: number.instanceName,
      backendId: number.backendId,
      kind: prepared.outbound.kind,
      recipient,
      content: JSON.stringify(prepared.content),
      requestId: input.requestId,
      dailyMax: input.dailyMax,
    });
    if (!accepted.accepted) throw quotaExceeded(input.dailyMax, accepted.renewsInSeconds);
    return { sending: { id, number, recipient, backend, prepared }, number, accepted };
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
