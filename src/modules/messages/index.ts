import { setTimeout as wait } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import { type Cursor, cutPage } from '../../platform/cursor.ts';
import type { Egress } from '../../platform/egress/index.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import type { Backends } from '../backends/index.ts';
import type { PhoneNumbers } from '../phone-numbers/index.ts';
import { createAcceptBatch, type NewMessage } from './accept.ts';
import { createCatchUp } from './apply-status.ts';
import { createCallAndSettle } from './call-and-settle.ts';
import type { Draft } from './draft.ts';
import { createEndAbandoned } from './end-abandoned.ts';
import { noSuchMessage, quotaExceeded } from './errors.ts';
import { createMediaBudget } from './media-budget.ts';
import type { Message } from './message.ts';
import { findMessage, listMessages, type MessageFilter, readUsage } from './messages-repository.ts';
import { notAttempted } from './not-attempted.ts';
import { createDrafts } from './prepare-draft.ts';
import { resolveRecipient } from './recipient.ts';
import { createSendMessage, type SendInput, type SentMessage } from './send-message.ts';
import { createSettleBatch, type Settlement } from './settle.ts';
import { createSettleByEvidence } from './settle-by-evidence.ts';
import { createSurely } from './surely.ts';

export { applySentFacts, type SentFact } from './apply-status.ts';
export type { Draft } from './draft.ts';
export type { Message } from './message.ts';
export type { MessageFilter } from './messages-repository.ts';
export { type ReceivedMessage, recordReceived } from './record-received.ts';
export type { SendInput, SentMessage } from './send-message.ts';

export type Messages = ReturnType<typeof createMessages>;

export type MessagesOptions = {
  db: Kysely<DB>;
  /** A pool of its own for group commit, so that no other query holds it up. */
  batchPool: Pool;
  ids: Ids;
  logger: Logger;
  egress: Pick<Egress, 'checkUrl' | 'fetchBytes'>;
  phoneNumbers: Pick<PhoneNumbers, 'requireConnected' | 'checkConnection'>;
  backends: Pick<Backends, 'requireUsable'>;
  /** Milliseconds after which a sender is told that the outcome is unknown; 20 s unless given. */
  answerWithinMs?: number;
  /** Milliseconds for the call of a backend, which goes on after that answer; 65 s unless given. */
  callWithinMs?: number;
  /** Milliseconds for fetching media; 30 s unless given. */
  fetchWithinMs?: number;
  /** Milliseconds that a statement may go on whose connection broke; Postgres ends it after 3 s, so 5 s unless given. */
  uncertainForMs?: number;
};

/** Sending, with every message committed before it leaves and settled after it. */
export function createMessages(deps: MessagesOptions) {
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  const keepAlive = (work: Promise<unknown>) => {
    const done = work.then(ignore, ignore).finally(() => underWay.delete(done));
    underWay.add(done);
  };
  const surely = createSurely({ logger: deps.logger, closing: closing.signal });
  const settleBatch = createSettleBatch({ pool: deps.batchPool });
  const settle = (settlement: Settlement) => surely(settlement.messageId, () => settleBatch.add(settlement));
  const acceptBatch = createAcceptBatch({
    pool: deps.batchPool,
    onUncertain: (messages) => {
      for (const message of messages) keepAlive(refund(message));
    },
  });
  const catchUp = createCatchUp(deps);
  const callAndSettle = createCallAndSettle({
    ...deps,
    settle,
    keepAlive,
    catchUp: (messageId) => surely(messageId, () => catchUp(messageId)),
  });
  const send = createSendMessage({
    ...deps,
    drafts: createDrafts(deps),
    budget: createMediaBudget(),
    accept: acceptBatch,
    callAndSettle,
    keepAlive,
    requireUnitLeft,
    resolveRecipient: (phoneNumberId, number) => resolveRecipient(deps.db, phoneNumberId, number),
  });

  // Nobody was answered with success and nothing was called: where it was stored after all, its unit goes back.
  async function refund(message: NewMessage): Promise<void> {
    const settlement = notAttempted(message, deps.ids.uuidv7());
    const { settled } = await settle(settlement);
    if (settled) return;
    await wait(deps.uncertainForMs ?? 5_000, undefined, { signal: closing.signal }).catch(ignore);
    await settle(settlement);
  }

  async function requireUnitLeft(userId: number, dailyMax: number): Promise<void> {
    const usage = await readUsage(deps.db, userId);
    if (usage !== undefined && usage.used >= dailyMax) throw quotaExceeded(dailyMax, usage.renewsInSeconds);
  }

  async function drain(ended: Promise<void>): Promise<void> {
    while (underWay.size > 0 && !closing.signal.aborted) await Promise.race([Promise.all(underWay), ended]);
  }

  return {
    send: (input: SendInput, draft: Draft): Promise<SentMessage> => send(input, draft),
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
    /** Periodic: see its own description. */
    endAbandoned: createEndAbandoned({ ...deps, settle: settleBatch }),
    /** Lets calls under way come to their end, for at most `withinMs`; what is left becomes unknown later. */
    async close(withinMs: number): Promise<void> {
      const ended = Promise.withResolvers<void>();
      closing.signal.addEventListener('abort', () => ended.resolve(), { once: true });
      const timer = setTimeout(() => closing.abort(), withinMs);
      await drain(ended.promise);
      await acceptBatch[Symbol.asyncDispose]();
      await drain(ended.promise);
      clearTimeout(timer);
      closing.abort();
      await settleBatch[Symbol.asyncDispose]();
    },
  };
}

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function ignore(): void {}
