import type { Kysely } from 'kysely';
import type { SendOutcome } from '../../../evolution/outcome.ts';
import type { Clock } from '../../../platform/clock.ts';
import { EgressError } from '../../../platform/egress/index.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import type { Backend, Backends } from '../../backends/index.ts';
import { leaseSeconds } from '../accept/accept.ts';
import { keptContent, keptDraft, type Prepared } from '../drafts/draft.ts';
import type { Drafts } from '../drafts/prepare-draft.ts';
import type { MediaBudget, MediaPlace } from '../media/media-budget.ts';
import { type CallAndSettle, callWithinMsUsual, mayPass, type Sending } from '../sending/call-and-settle.ts';
import { type UnsentEnd, unsentSettlement } from '../sending/event-payload.ts';
import type { Settled, Settlement } from '../sending/settle.ts';
import type { Surely } from '../sending/surely.ts';
import type { NextBatch, NextMessage, TurnNumber } from './next-message-system.ts';
import type { GiveBack, NumberPaces } from './number-paces.ts';
import type { Turn, WaitReason } from './send-turns-system.ts';
import { putBack, putBackOfTurn, type TakeBatch, type Taken } from './take-messages-system.ts';

/** What became of one look at a number: more may follow, nothing does, its pace lets it wait, or something else does. */
export type Step =
  | { kind: 'went_on' }
  | { kind: 'idle' }
  | { kind: 'paced'; waitMs: number }
  | { kind: 'waits'; reason: WaitReason };

export type TakeNext = (turn: Turn, stopping: AbortSignal) => Promise<Step>;

export type TakeNextDeps = {
  db: Kysely<DB>;
  ids: Ids;
  clock: Pick<Clock, 'monotonicMs'>;
  logger: Logger;
  backends: Pick<Backends, 'requireUsable'>;
  drafts: Pick<Drafts, 'check' | 'prepare'>;
  budget: Pick<MediaBudget, 'place'>;
  paces: Pick<NumberPaces, 'waitMs' | 'takeOrWait'>;
  next: Pick<NextBatch, 'add'>;
  take: Pick<TakeBatch, 'add'>;
  callAndSettle: CallAndSettle;
  /** Settles however long it takes; rejects only when this process ends. */
  settle(settlement: Settlement): Promise<Settled>;
  /** Ends what waits on a number that is no more. */
  cancelOfNumber(phoneNumberId: number): Promise<void>;
  surely: Surely;
  keepAlive(work: Promise<unknown>): void;
  /** Told of the units that a user has used after a message took one. */
  noteUsage(usage: { userId: number; dailyMax: number; used: number; told: number }): void;
  /** Milliseconds for the call, besides the delay it asks for; 65 s unless given. */
  callWithinMs?: number;
  /** Milliseconds, besides that delay, that a call without an end holds its number up; 20 s unless given. */
  holdMs?: number;
  /** Milliseconds that a statement may go on whose connection broke; 5 s unless given. */
  uncertainForMs?: number;
};

type SendableTurn = TurnNumber & { backendId: number; backendName: string };

const triesMax = 5;
const goesOn: Step = { kind: 'went_on' };
const idle: Step = { kind: 'idle' };

/**
 * Sends the message that is next on a number whose turn is held, if one is due and nothing stands in its way: prepared,
 * taken, called once and settled. What will not pass fails the message.
 */
export function createTakeNext(deps: TakeNextDeps): TakeNext {
  const { callWithinMs = callWithinMsUsual, holdMs = 20_000 } = deps;

  return async function takeNext(turn, stopping) {
    const { number, message } = await deps.next.add(turn.phoneNumberId);
    if (number === null || number.isDeleted) {
      await deps.cancelOfNumber(turn.phoneNumberId);
      return idle;
    }
    if (message === null) return idle;
    if (!number.isUserActive) return waits('user');
    if (number.isPaused) return waits('pause');
    if (!isConnected(number)) return waits('connection');
    const backend = await deps.backends.requireUsable(number.backendId).catch(ifBackendIsAway);
    if (backend === undefined) return waits('backend');
    const waitMs = await deps.paces.waitMs(number);
    if (waitMs > 0) return { kind: 'paced', waitMs };
    return sendOne({ turn, number, message, backend, stopping });
  };

  async function sendOne(one: One): Promise<Step> {
    const place = deps.budget.place(one.number.userId);
    let giveBack: GiveBack | undefined;
    let isCalled = false;
    try {
      const ready = await prepare(one, place);
      if ('kind' in ready) return ready;
      const { prepared } = ready;
      // Media may have taken long to load: the pace is from call to call.
      const pace = await deps.paces.takeOrWait(one.number);
      if (pace.waitMs !== null) return { kind: 'paced', waitMs: pace.waitMs };
      giveBack = pace.giveBack;
      const beganAtMs = deps.clock.monotonicMs();
      const taken = await take(one, ready);
      if (!('leaseUntil' in taken)) return taken;
      // A call must be over before others may take the message for abandoned.
      const leftMs = leaseSeconds * 1_000 - callWithinMs - (prepared.options.delayMs ?? 0);
      if (deps.clock.monotonicMs() - beganAtMs > leftMs) return await letWait(one, taken.leaseUntil);
      isCalled = true;
      return await call(one, prepared, taken.leaseUntil, { place, giveBack });
    } finally {
      if (!isCalled) {
        place.release();
        await giveBack?.();
      }
    }
  }

  async function prepare({ turn, number, message }: One, place: MediaPlace): Promise<Ready | Step> {
    try {
      const draft = keptDraft(message);
      deps.drafts.check(draft, number);
      const prepared = await deps.drafts.prepare(draft, number, place);
      const { content, options } = prepared;
      return { prepared, content: content === draft.content ? null : JSON.stringify(keptContent(content, options)) };
    } catch (error) {
      const verdict = verdictOf(error);
      if (verdict === 'overload') return waits('overload');
      if (verdict === 'unexpected')
        deps.logger.error(
          { event: 'message_not_prepared', message_id: message.id, err: error },
          'message not prepared',
        );
      const triesBefore = turn.waitsFor === 'media' ? turn.failures : 0;
      if (verdict !== 'definite' && triesBefore + 1 < triesMax) return waits('media');
      return end(number, message, error instanceof DomainError ? error.code : 'internal_error');
    }
  }

  /** The lease, or why there is none. */
  async function take(
    { turn, number, message }: One,
    { prepared, content }: Ready,
  ): Promise<Extract<Taken, { verdict: 'taken' }> | Step> {
    const { userId, dailyMax } = number;
    const { id: messageId, needsUnit } = message;
    const taken = await deps.take
      .add({
        ...{ messageId, userId, needsUnit, dailyMax, claim: turn.claim, backendId: number.backendId },
        content,
        fingerprint: prepared.fingerprint,
      })
      .catch((error: unknown) => {
        deps.logger.error({ event: 'message_not_taken', message_id: messageId, err: error }, 'message not taken');
      });
    if (taken === undefined) {
      await undoTake(turn, messageId);
      return waits('overload');
    }
    switch (taken.verdict) {
      case 'taken':
        if (taken.usage !== null) deps.noteUsage({ userId, dailyMax, ...taken.usage });
        return taken;
      case 'postponed':
        return goesOn;
      case 'no_unit':
        return end(number, message, 'quota_exceeded');
      case 'gone':
        return idle;
      default:
        return taken satisfies never;
    }
  }

  // A statement whose connection broke may be committed a while later.
  async function undoTake({ phoneNumberId, claim }: Turn, id: string): Promise<void> {
    const undo = () => deps.surely(id, () => putBackOfTurn(deps.db, { id, phoneNumberId, claim }));
    if (await undo()) return;
    await new Promise((resolve) => setTimeout(resolve, deps.uncertainForMs ?? 5_000));
    await undo();
  }

  async function letWait({ message }: One, leaseUntil: Date): Promise<Step> {
    await deps.surely(message.id, () => putBack(deps.db, { id: message.id, leaseUntil }));
    return waits('overload');
  }

  async function call(
    one: One,
    prepared: Prepared,
    leaseUntil: Date,
    { place, giveBack }: { place: MediaPlace; giveBack: GiveBack },
  ): Promise<Step> {
    const { number, message, backend } = one;
    const { id, recipient } = message;
    const sending: Sending = { id, number, recipient, backend, prepared };
    const work = deps
      .callAndSettle(sending, () => deps.surely(id, () => putBack(deps.db, { id, leaseUntil })))
      .finally(place.release);
    deps.keepAlive(work);
    const outcome = await withinHold(work, holdMs + (prepared.options.delayMs ?? 0), one.stopping);
    if (outcome === undefined || !mayPass(outcome)) return goesOn;
    await giveBack();
    return waits('call');
  }

  async function end(number: TurnNumber, message: NextMessage, reason: string): Promise<Step> {
    const { id: phoneNumberId, userId, instanceName } = number;
    const { id, kind, recipient } = message;
    const failed: UnsentEnd = { status: 'failed', reason, wasWaiting: true };
    await deps.settle(
      unsentSettlement({ id, userId, phoneNumberId, instanceName, recipient, kind }, failed, deps.ids.uuidv7()),
    );
    return goesOn;
  }
}

type Ready = {
  prepared: Prepared;
  /** JSON text of what is kept of it; null where that stays as it is. */
  content: string | null;
};

type One = {
  turn: Turn;
  number: SendableTurn;
  message: NextMessage;
  backend: Backend;
  stopping: AbortSignal;
};

function waits(reason: WaitReason): Step {
  return { kind: 'waits', reason };
}

function isConnected(number: TurnNumber): number is SendableTurn {
  return number.status === 'connected' && number.backendId !== null && number.backendName !== null;
}

function ifBackendIsAway(error: unknown): undefined {
  if (error instanceof DomainError && error.code === 'backend_unavailable') return;
  throw error;
}

/** Whether a message that could not be prepared never can, could another time, or could but for our own trouble. */
function verdictOf(error: unknown): 'definite' | 'passing' | 'overload' | 'unexpected' {
  if (!(error instanceof DomainError)) return 'unexpected';
  if (error.kind === 'unavailable' || error.kind === 'limit') return 'overload';
  return error.code === 'media_unavailable' && error.cause instanceof EgressError ? 'passing' : 'definite';
}

/** Undefined where the call has not ended in time, or nobody can say how it ended, or the lane is stopping. */
async function withinHold(
  work: Promise<SendOutcome>,
  ms: number,
  stopping: AbortSignal,
): Promise<SendOutcome | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const letGo = () => resolve(undefined);
  const timer = setTimeout(letGo, ms);
  stopping.addEventListener('abort', letGo);
  if (stopping.aborted) letGo();
  try {
    return await Promise.race([work, promise]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener('abort', letGo);
  }
}
