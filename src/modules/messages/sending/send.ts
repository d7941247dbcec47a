import type { Once } from '../accept/idempotency.ts';
import type { ClaimedKey } from '../accept/idempotency-keys-repository.ts';
import type { MakeDraft } from '../drafts/draft.ts';
import type { SendByPool, SendFrom } from './send-by-pool.ts';
import type { SendAnswer, SendFromNumber, SendInput } from './send-input.ts';

export type Send = ReturnType<typeof createSend>;

/** The one door to sending: now or later, from a number or by a pool, under an Idempotency-Key or without. */
export function createSend(deps: {
  sendFrom: SendFrom;
  sendByPool: SendByPool;
  once: Once;
  replay(input: SendInput, claimed: ClaimedKey): Promise<SendAnswer>;
}) {
  function run(input: SendInput, makeDraft: MakeDraft): Promise<SendAnswer> {
    const { from } = input;
    if (typeof from === 'object') return deps.sendByPool(input, from.pool, makeDraft);
    return deps.sendFrom({ ...input, from } satisfies SendFromNumber, makeDraft);
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
