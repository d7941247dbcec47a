import type { Forwarded, ForwardName, PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { EvolutionRefusal } from './errors.ts';
import { translated } from './message-answers.ts';
import { inWordsOfContract } from './message-failures.ts';
import type { NumberCall } from './routes.ts';
import { isRecord } from './values.ts';

type Relay = Pick<PhoneNumbers['relay'], 'forward'>;
type Given = { query?: Record<string, unknown>; body?: Record<string, unknown> };

export type Forwards = ReturnType<typeof createForwards>;

/** Calls that a number's own backend answers, in its words; what it refuses is thrown with its status. */
export function createForwards({ relay }: { relay: Relay }) {
  return {
    /** Fields that the operation does not know are dropped. */
    async forward(call: NumberCall, operation: ForwardName, given: Given): Promise<unknown> {
      return told(call, () => relay.forward(call.caller.userId, call.number, { operation, ...given }));
    },
    told,
  };
}

/** What a backend said, as the caller's. */
async function told({ number }: NumberCall, ask: () => Promise<Forwarded>): Promise<unknown> {
  const { status, body } = await inContract(number, ask);
  const answer = translated(body, number);
  if (status < 400) return answer;
  throw new EvolutionRefusal(status, saidIn(answer));
}

/** Does something, and throws what went wrong in the words of this contract. */
export async function inContract<T>(number: NumberCall['number'], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw inWordsOfContract(error, number);
  }
}

function saidIn(answer: unknown): unknown {
  if (!isRecord(answer)) return [];
  const { response, message } = answer;
  return isRecord(response) ? response.message : message;
}
