import { setTimeout as wait } from 'node:timers/promises';
import { type Cursor, cutPage } from '../../platform/cursor.ts';
import { createAcceptBatch, type NewMessage } from './accept/accept.ts';
import { createIdempotency } from './accept/idempotency.ts';
import { dropKeys } from './accept/idempotency-keys-repository.ts';
import { removeOldKeys } from './accept/idempotency-keys-system.ts';
import { notAttempted } from './accept/not-attempted.ts';
import { createQuotaThresholds } from './accept/quota-thresholds.ts';
import { createReplaySend } from './accept/replay-send.ts';
import { createActions } from './actions/actions.ts';
import { removeOldChecks } from './actions/number-checks-system.ts';
import { findMessageRef } from './drafts/message-ref.ts';
import { createDrafts } from './drafts/prepare-draft.ts';
import { createReadDraft } from './drafts/read-draft.ts';
import { resolveRecipient } from './drafts/recipient.ts';
import { noSuchMessage, quotaExceeded } from './errors.ts';
import { createCatchUp } from './evidence/apply-status.ts';
import { createSettleByEvidence } from './evidence/settle-by-evidence.ts';
import { removeBlobs } from './media/media-blobs-system.ts';
import { createMediaBudget } from './media/media-budget.ts';
import { createMessageMedia } from './media/media-link-message.ts';
import { createLinkedMedia } from './media/media-linked.ts';
import { createWithPicture } from './media/with-picture.ts';
import type { Message } from './message.ts';
import type { MessagesOptions } from './messages-options.ts';
import { findMessage, listMessages, type MessageFilter, readUsage } from './messages-repository.ts';
import { endLeasesOfOthers } from './messages-system.ts';
import { createCallAndSettle } from './sending/call-and-settle.ts';
import { createEndAbandoned } from './sending/end-abandoned.ts';
import { createQueueMessage } from './sending/queue-message.ts';
import { createRetryMessage } from './sending/retry-message.ts';
import { createSend } from './sending/send.ts';
import { createSendByPool, type SendFrom } from './sending/send-by-pool.ts';
import type { Quota } from './sending/send-input.ts';
import { createSendMessage } from './sending/send-message.ts';
import { createSettleBatch, type Settlement } from './sending/settle.ts';
import { createSurely } from './sending/surely.ts';
import { createNumberPaces } from './waiting/number-paces.ts';
import { createWaiting } from './waiting/waiting.ts';
import type { Rescheduling } from './waiting/waiting-messages-repository.ts';

export { insertBulk, reserveUnits } from './accept/bulk-system.ts';
export { claimIdempotencyKey } from './accept/idempotency.ts';
export type { IdempotencyKey } from './accept/idempotency-keys-repository.ts';
export type { Draft, DraftSource, NewDraft } from './drafts/draft.ts';
export { readEmoji } from './drafts/kind-checks.ts';
export {
  buttonsContent,
  contactContent,
  listContent,
  locationContent,
  pollContent,
  templateContent,
} from './drafts/kind-drafts.ts';
export { applySentFacts, type SentFact } from './evidence/apply-status.ts';
export { type ReceivedMessage, recordReceived } from './evidence/record-received.ts';
export { createMediaLinks } from './media/media-link.ts';
export { addressOf, type MediaType, type Message, messageStatuses } from './message.ts';
export type { MessagesOptions } from './messages-options.ts';
export type { MessageFilter } from './messages-repository.ts';
export { readIdempotencyKey } from './routes/idempotency-key.ts';
export {
  buttonsFields,
  contactFields,
  listFields,
  locationFields,
  pollFields,
  reactionFields,
  templateFields,
} from './routes/kind-schemas.ts';
export { setQuotaHeaders } from './routes/quota-headers.ts';
export { SendingHeaders, sendingOptions } from './routes/schemas.ts';
export { readSend, sendingProblems, settledSend } from './routes/sending-route.ts';
export type { Quota, SendAnswer } from './sending/send-input.ts';
export { readTiming, requireAhead } from './sending/sending-options.ts';
export { lookAtSends } from './waiting/send-backlog-system.ts';

export type Messages = ReturnType<typeof createMessages>;

/** Sending, with every message committed before it leaves and settled after it. */
export function createMessages(deps: MessagesOptions) {
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  const keepAlive = (work: Promise<unknown>) => {
    const done = work.then(ignore, ignore).finally(() => underWay.delete(done));
    underWay.add(done);
  };
  const surely = createSurely({ logger: deps.logger, closing: closing.signal });
  const settleBatch = createSettleBatch({ pool: deps.batchPool, observer: deps.observeBatch });
  const settle = (settlement: Settlement) => surely(settlement.messageId, () => settleBatch.add(settlement));
  const quotaThresholds = createQuotaThresholds({ ...deps, keepAlive });
  const idempotency = createIdempotency({ pool: deps.batchPool });
  const acceptBatch = createAcceptBatch({
    pool: deps.batchPool,
    observer: deps.observeBatch,
    noteUsage: quotaThresholds.note,
    onUncertain: (messages) => {
      for (const message of messages) keepAlive(giveBack(message));
    },
  });
  const catchUp = createCatchUp(deps);
  const callAndSettle = createCallAndSettle({
    ...deps,
    settle,
    keepAlive,
    catchUp: (messageId) => surely(messageId, () => catchUp(messageId)),
  });
  const shared = {
    ...deps,
    drafts: createDrafts(deps),
    paces: createNumberPaces(deps),
    budget: createMediaBudget(),
    accept: acceptBatch,
    callAndSettle,
    keepAlive,
    requireUnitLeft,
    readDraft: createReadDraft({
      resolveRecipient: (phoneNumberId, number) => resolveRecipient(deps.db, phoneNumberId, number),
      findMessageRef: (number, id) => findMessageRef(deps.db, number, id),
    }),
  };
  const waiting = createWaiting({
    ...shared,
    settleBatch,
    settle,
    surely,
    noteUsage: quotaThresholds.note,
  });
  const sendNow = createSendMessage(shared);
  const queue = createQueueMessage({ ...shared, ringSend: waiting.ring });
  const sendFrom: SendFrom = (input, makeDraft) =>
    input.timing.kind === 'now' ? sendNow(input, makeDraft) : queue(input, makeDraft);
  const send = createSend({
    sendFrom,
    sendByPool: createSendByPool({ ...deps, sendFrom, freeKey: (message) => dropKeys(deps.batchPool, [message]) }),
    once: idempotency.once,
    replay: createReplaySend(deps),
  });

  // Nobody was answered with success and nothing was called: where it was stored after all, its unit goes back.
  async function refund(message: NewMessage): Promise<void> {
    const settlement = notAttempted(message, deps.ids.uuidv7());
    const { settled } = await settle(settlement);
    if (settled) return;
    await wait(deps.uncertainForMs ?? 5_000, undefined, { signal: closing.signal }).catch(ignore);
    await settle(settlement);
  }

  // What was not accepted may come again under the same key. What may wait under a key is left alone: another process
  // may be sending it, or have told a repetition that it waits.
  async function giveBack(message: NewMessage): Promise<void> {
    if (message.timing.kind === 'queued' && message.key !== undefined) return;
    await refund(message);
    await surely(message.id, () => dropKeys(deps.batchPool, [message]));
  }

  async function requireUnitLeft(userId: number, dailyMax: number): Promise<void> {
    const usage = await readUsage(deps.db, userId);
    if (usage !== undefined && usage.used >= dailyMax) throw quotaExceeded(dailyMax, usage.renewsInSeconds);
  }

  async function drain(ended: Promise<void>): Promise<void> {
    while (underWay.size > 0 && !closing.signal.aborted) await Promise.race([Promise.all(underWay), ended]);
  }

  return {
    /**
     * Sends a message now, or stores it to leave later, as the input's timing says. Under an Idempotency-Key it is done
     * once, and repetitions get the answer as it reads now.
     */
    send,
    /** Sends again, as a new message, what failed or is unknown; see its own description. */
    retry: createRetryMessage({ db: deps.db, send }),
    /** For requests that make more than a message under an Idempotency-Key; see its own description. */
    once: idempotency.once,
    /** Throws what accepting a message of this kind on this number would, and `invalid_url`. */
    checkDraft: shared.drafts.check,
    /** For pictures that are no messages; see its own description. */
    withPicture: createWithPicture(shared),
    /** For requests that make many messages: the lane looks for them. */
    ringSend: waiting.ring,
    /** For changes elsewhere that let a number's waiting messages leave. */
    wakeNumber: waiting.wakeNumber,
    /** Messages of the day, used so far. */
    async quotaOf(userId: number, dailyMax: number): Promise<Quota> {
      const usage = await readUsage(deps.db, userId);
      return { limit: dailyMax, used: usage?.used ?? 0, renewsInSeconds: usage?.renewsInSeconds ?? 0 };
    },
    /** After units were taken elsewhere: tells the user where that crossed a threshold of his day. */
    noteUsage: quotaThresholds.note,
    /** Periodic: see its own description. */
    tellThresholds: quotaThresholds.tellForgotten,
    /** Periodic: see its own description. */
    removeOldKeys: () => removeOldKeys(deps.db),
    /** Editing, deleting, reading and the like; see their own descriptions. */
    actions: createActions(deps),
    /** For backends: the medium behind a link that we gave them; see its own description. */
    linkedMedia: createLinkedMedia(deps),
    /** For users: links to the media of their messages, and what is behind them; see their own descriptions. */
    media: createMessageMedia(shared),
    /** Periodic: see its own description. Safe in parallel. */
    removeBlobs: () => removeBlobs(deps.db),
    /** Periodic: see its own description. */
    removeOldChecks: () => removeOldChecks(deps.db),
    /** Throws `not_found`. */
    async get(userId: number, id: string): Promise<Message> {
      const message = isUuid.test(id) ? await findMessage(deps.db, userId, id) : undefined;
      if (message === undefined) throw noSuchMessage();
      return message;
    },
    /** Newest first; `next` is null on the last page. */
    async list(
      userId: number,
      filter: MessageFilter,
      page: { limit: number; after?: Cursor<string> },
    ): Promise<{ messages: Message[]; next: Cursor<string> | null }> {
      const found = await listMessages(deps.db, userId, filter, { ...page, limit: page.limit + 1 });
      const { page: messages, next } = cutPage(found, page.limit);
      return { messages, next };
    },
    /** Periodic: see its own description. Safe in parallel. */
    settleByEvidence: createSettleByEvidence(deps),
    /** The lane that sends what waits; see its own description. */
    sendLane: waiting.lane,
    /** Ends a message of the user that has not left. Throws `not_found`, `not_cancellable`. */
    cancel: (userId: number, id: string): Promise<Message> => waiting.cancel(userId, requireUuid(id)),
    /** Has a message that waits leave at another time. Throws `not_found`, `not_reschedulable`. */
    reschedule: (userId: number, id: string, change: Rescheduling): Promise<Message> =>
      waiting.reschedule(userId, requireUuid(id), change),
    /** Ends what a campaign has not sent. */
    cancelCampaign: waiting.cancelCampaign,
    /** Ends what campaigns of a user have not sent to a recipient, named in all forms of its number. */
    cancelOptedOut: waiting.cancelOptedOut,
    /** Periodic: see its own description. Safe in parallel. */
    expire: waiting.expire,
    /** Periodic: see its own description. Safe in parallel. */
    wakeNumbersThatMayGo: waiting.wakeNumbersThatMayGo,
    /** At the start of a process that is alone, before it sends: what a former one left need not wait for its lease. */
    takeOver: () => endLeasesOfOthers(deps.db),
    /** Periodic: see its own description. */
    endAbandoned: createEndAbandoned({ ...deps, settle: settleBatch }),
    /** Lets calls under way come to their end, for at most `withinMs`; what is left becomes unknown later. */
    async close(withinMs: number): Promise<void> {
      const ended = Promise.withResolvers<void>();
      closing.signal.addEventListener('abort', () => ended.resolve(), { once: true });
      const timer = setTimeout(() => closing.abort(), withinMs);
      await drain(ended.promise);
      await idempotency.close();
      await acceptBatch[Symbol.asyncDispose]();
      await waiting.close();
      await drain(ended.promise);
      clearTimeout(timer);
      closing.abort();
      await settleBatch[Symbol.asyncDispose]();
    },
  };
}

function requireUuid(id: string): string {
  if (!isUuid.test(id)) throw noSuchMessage();
  return id;
}

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function ignore(): void {}
