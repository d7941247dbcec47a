import type { Clock } from '../../../platform/clock.ts';
import { DomainError } from '../../../platform/errors.ts';
import { noNumberAvailable, type Pools } from '../../pools/index.ts';
import type { IdempotencyKey } from '../accept/idempotency-keys-repository.ts';
import { takeOverMs } from '../accept/replay-send.ts';
import type { MakeDraft } from '../drafts/draft.ts';
import type { SendAnswer, SendFromNumber, SendInput } from './send-input.ts';

export type SendFrom = (input: SendFromNumber, makeDraft: MakeDraft) => Promise<SendAnswer>;
export type SendByPool = (input: SendInput, pool: string, makeDraft: MakeDraft) => Promise<SendAnswer>;

/**
 * Sends from the number of a pool whose turn it is, and from the next one only where that one has definitely not sent
 * and the reason lies with it: each try is a message of its own. A message that may wait is left to the first. Throws
 * `not_found` where there is no such pool, `no_number_available`, and what sending throws.
 */
export function createSendByPool(deps: {
  clock: Pick<Clock, 'monotonicMs'>;
  pools: Pick<Pools, 'choose'>;
  sendFrom: SendFrom;
  /** Frees the key of a message that failed. */
  freeKey(message: { id: string; userId: number; key: IdempotencyKey }): Promise<void>;
}): SendByPool {
  return async function sendByPool(input, pool, makeDraft) {
    const { userId, key } = input;
    const turn = await deps.pools.choose(userId, pool, input.number ?? '');
    const mayWait = input.timing.kind === 'queued';
    // Half of the time in which a repetition is told to wait for the outcome.
    const goOnUntil = deps.clock.monotonicMs() + takeOverMs / 2;
    let failed: string | undefined;
    let last: DomainError | undefined;
    let tried = 0;
    for (const from of mayWait ? [...turn.connected, ...turn.others] : turn.connected) {
      if (tried > 0 && deps.clock.monotonicMs() >= goOnUntil) break;
      tried++;
      const takesOver = failed === undefined ? {} : { takesOver: failed, retryOf: failed };
      try {
        const answer = await deps.sendFrom({ ...input, from, byPool: true, ...takesOver }, makeDraft);
        await turn.took(from);
        return answer;
      } catch (error) {
        if (!isOfTheNumber(error)) throw error;
        last = error;
        failed = messageIdOf(error) ?? failed;
      }
    }
    if (last?.code === 'kind_not_supported') throw last;
    // Nothing was sent: the same request may come again.
    if (failed !== undefined && key !== undefined) await deps.freeKey({ id: failed, userId, key });
    throw noNumberAvailable(pool, tried);
  };
}

// Said only where certainly nothing was sent; another number of the pool may well send it.
const ofTheNumber = [
  'backend_unavailable',
  'number_not_connected',
  'number_paused',
  'number_paced',
  'kind_not_supported',
];

function isOfTheNumber(error: unknown): error is DomainError {
  return error instanceof DomainError && ofTheNumber.includes(error.code);
}

function messageIdOf({ details }: DomainError): string | undefined {
  return typeof details.message_id === 'string' ? details.message_id : undefined;
}
