import type { Clock } from '../../../platform/clock.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { PhoneNumbers } from '../../phone-numbers/index.ts';
import type { AcceptBatch } from '../accept/accept.ts';
import { KeyTaken } from '../accept/idempotency.ts';
import { keptContent, type MakeDraft } from '../drafts/draft.ts';
import type { Drafts } from '../drafts/prepare-draft.ts';
import type { ReadDraft } from '../drafts/read-draft.ts';
import { quotaExceeded } from '../errors.ts';
import type { MediaBudget } from '../media/media-budget.ts';
import { addressOf } from '../message.ts';
import type { QueuedMessage, SendFromNumber } from './send-input.ts';
import { requireAhead } from './sending-options.ts';

type Deps = {
  ids: Ids;
  clock: Clock;
  phoneNumbers: Pick<PhoneNumbers, 'requireOwn'>;
  readDraft: ReadDraft;
  drafts: Pick<Drafts, 'check' | 'keep'>;
  budget: Pick<MediaBudget, 'place'>;
  accept: Pick<AcceptBatch, 'add'>;
  ringSend(): void;
};

/**
 * Stores one message that leaves later: in its number's turn, or at its time. Everything that can be known now is
 * checked now; the number need not be connected, nor its backend be up. Media that came with the request is kept.
 */
export function createQueueMessage(deps: Deps) {
  return async function queueMessage(input: SendFromNumber, makeDraft: MakeDraft): Promise<QueuedMessage> {
    const { userId, dailyMax, timing } = input;
    const sendAt = timing.kind === 'queued' ? timing.sendAt : null;
    if (sendAt !== null) requireAhead(sendAt, deps.clock.now());
    const number = await deps.phoneNumbers.requireOwn(userId, input.from);
    const { draft, recipient } = await deps.readDraft(input, number, makeDraft);
    deps.drafts.check(draft, number);
    const place = deps.budget.place(userId);
    const { kind, content, options, blobId } = await deps.drafts.keep(draft, number, place).finally(place.release);
    const id = deps.ids.uuidv7();
    const accepted = await deps.accept.add({
      id,
      userId,
      phoneNumberId: number.id,
      instanceName: number.instanceName,
      backendId: number.backendId,
      kind,
      recipient,
      content: JSON.stringify(keptContent(content, options)),
      requestId: input.requestId,
      dailyMax,
      // Known when it leaves: a URL may give something else by then.
      fingerprint: null,
      timing,
      ...(blobId === undefined ? {} : { blobId }),
      ...(input.retryOf === undefined ? {} : { retryOf: input.retryOf }),
      ...(input.key === undefined ? {} : { key: input.key }),
    });
    if (accepted.refusal === 'key') throw new KeyTaken();
    if (accepted.refusal === 'quota') throw quotaExceeded(dailyMax, accepted.renewsInSeconds);
    // Also for later: the lane sets itself a timer then.
    deps.ringSend();
    return {
      kind: 'queued',
      id,
      status: sendAt === null ? 'accepted' : 'scheduled',
      to: addressOf(recipient),
      instanceName: number.instanceName,
      sendAt,
      isSandbox: number.isSandbox,
      quota: { limit: dailyMax, used: accepted.used, renewsInSeconds: accepted.renewsInSeconds },
    };
  };
}
