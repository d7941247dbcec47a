import type { Once } from '../accept/idempotency.ts';
import type { ClaimedKey } from '../accept/idempotency-keys-repository.ts';
import type { MakeDraft } from '../drafts/draft.ts';
import type { QueuedMessage, SendAnswer, SendInput, SentMessage } from './send-input.ts';

/** The one door to sending: now or later, under an Idempotency-Key or without. */
export function createSend(deps: {
  sendMessage(input: SendInput, makeDraft: MakeDraft): Promise<SentMessage>;
  queueMessage(input: SendInput, makeDraft: MakeDraft): Promise<QueuedMessage>;
  once: Once;
  replay(input: SendInput, claimed: ClaimedKey): Promise<SendAnswer>;
}) {
  function run(input: SendInput, makeDraft: MakeDraft): Promise<SendAnswer> {
    return input.timing.kind === 'now' ? deps.sendMessage(input, makeDraft) : deps.queueMessage(input, makeDraft);
  }

  return async function send(input: SendInput, makeDraft: MakeDraft): Promise<SendAnswer> {
    const { key, userId } = input;
    if (key === undefined) return run(input, makeDraft);
    const { answer, isReplayed } = await deps.once(userId, key, {
      run: () => run(input, makeDraft),
      replay: (claimed) => deps.replay(input, claimed),
    });
    return isReplayed ? { ...answer, isReplayed } : answer;
  };
}
