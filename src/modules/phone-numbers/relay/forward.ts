import type { Forwarded, ForwardInput } from '../../../evolution/client-forward.ts';
import { type ForwardOperation, forwardOperations } from '../../../evolution/forward-operations.ts';
import { DomainError, notFound } from '../../../platform/errors.ts';
import { createTurns, type Turns } from '../../../platform/turns.ts';
import type { CheckConnection } from '../connecting/check-connection.ts';
import type { SendableNumber } from '../phone-number.ts';
import type { RelayCall } from './relay-call.ts';

export type { Forwarded } from '../../../evolution/client-forward.ts';
export type { ForwardName } from '../../../evolution/forward-operations.ts';

const MIB = 1024 * 1024;
const perNumberMax = 3;
const waitingMax = 32;
const largeAtOnceMax = 4;

/**
 * Passes an operation of the table on to a number's own backend, about this number alone, and answers what that says as it
 * said it. It costs no units, so nothing in the table sends a message. Three at a time per number in this process, and up
 * to 32 wait; of operations with large answers four at a time in all. Throws `not_found` for a number of somebody else,
 * and what a relayed call throws.
 */
export function createForward(deps: {
  call: RelayCall;
  checkConnection: CheckConnection;
  keepAlive(work: Promise<unknown>): void;
}) {
  const turnsOf = new Map<number, { turns: Turns; users: number }>();
  const largeTurns = createTurns(largeAtOnceMax, { waitingMax, tooMany });

  return async function forward(userId: number, number: SendableNumber, input: ForwardInput): Promise<Forwarded> {
    if (number.userId !== userId) throw notFound('Phone number');
    const operation: ForwardOperation = forwardOperations[input.operation];
    const answer = await inTurn(number.id, operation, () => ask(number, operation, input));
    // Nobody else tells of a number that lost its connection.
    if (answer.doubtsConnection) deps.keepAlive(deps.checkConnection(number.id));
    return answer;
  };

  function ask(number: SendableNumber, operation: ForwardOperation, input: ForwardInput): Promise<Forwarded> {
    const { changes = false, withinMs } = operation;
    return deps.call(number, (reads, to) => reads.forward({ ...to(), ...input }), {
      changes,
      ...(withinMs === undefined ? {} : { withinMs }),
    });
  }

  async function inTurn<T>(
    numberId: number,
    { answerBytesMax = 0 }: ForwardOperation,
    work: () => Promise<T>,
  ): Promise<T> {
    const entry = turnsOf.get(numberId) ?? { turns: createTurns(perNumberMax, { waitingMax, tooMany }), users: 0 };
    turnsOf.set(numberId, entry);
    entry.users++;
    try {
      return await entry.turns(answerBytesMax > 8 * MIB ? () => largeTurns(work) : work);
    } finally {
      entry.users--;
      if (entry.users === 0) turnsOf.delete(numberId);
    }
  }
}

function tooMany(): DomainError {
  return new DomainError('overloaded', 'Too many requests of this phone number are under way. Try again.', {
    kind: 'unavailable',
    retryAfterSeconds: 1,
  });
}
