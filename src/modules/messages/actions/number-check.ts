import type { Kysely } from 'kysely';
import { chatKey } from '../../../evolution/jid.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { Leases } from '../../../platform/lease/leases.ts';
import type { DB } from '../../../schema.ts';
import type { Backend, Backends } from '../../backends/index.ts';
import type { PhoneNumbers, SendableNumber } from '../../phone-numbers/index.ts';
import { requireActionSupport } from '../drafts/kind-support.ts';
import { actionWithinMsUsual, translateActionFailure } from './action-errors.ts';
import { countChecks, type KnownNumber, listKnownNumbers, saveChecks } from './number-checks-repository.ts';

export type CheckedNumber = KnownNumber & { isCached: boolean };

const perHourMax = 500;

/**
 * Says which numbers are on WhatsApp: from what was found out within a day, else by the backend, one question per phone
 * number at a time, over all processes. Throws `not_found`, `number_not_connected`, `action_not_supported`,
 * `number_checks_limit`, and what the backend's failure means.
 */
export function createCheckNumbers(deps: {
  db: Kysely<DB>;
  leases: Pick<Leases, 'acquire' | 'release'>;
  phoneNumbers: Pick<PhoneNumbers, 'requireConnected'>;
  backends: Pick<Backends, 'requireUsable'>;
  actionWithinMs?: number;
}) {
  const { actionWithinMs = actionWithinMsUsual } = deps;

  return async function checkNumbers(
    userId: number,
    of: string | number,
    asked: readonly string[],
  ): Promise<CheckedNumber[]> {
    const number = await deps.phoneNumbers.requireConnected(userId, of);
    requireActionSupport('check numbers', number.integration);
    const numbers = [...new Set(asked.map((each) => each.replace(/\D/g, '')))];
    const known = new Map((await listKnownNumbers(deps.db, userId, numbers)).map((each) => [each.number, each]));
    const missing = numbers.filter((each) => !known.has(each));
    const found = missing.length === 0 ? [] : await ask(number, missing);
    const fresh = new Map(found.map((each) => [each.number, each]));
    return numbers.flatMap((each) => {
      const answer = fresh.get(each) ?? known.get(each);
      return answer === undefined ? [] : [{ ...answer, isCached: !fresh.has(each) }];
    });
  };

  async function ask(number: SendableNumber, numbers: readonly string[]): Promise<KnownNumber[]> {
    const backend = await deps.backends.requireUsable(number.backendId);
    const lease = `number checks of ${number.id}`;
    const held = await deps.leases.acquire(lease, actionWithinMs + 10_000);
    if (held === null) throw limit('Numbers are being checked by this phone number just now. Try again shortly.', 2);
    try {
      const spent = await countChecks(deps.db, number.userId);
      if (spent + numbers.length > perHourMax)
        throw limit(`At most ${perHourMax} numbers are checked in an hour; those known for a day do not count.`, 600);
      const found = await askBackend(backend, number, numbers, actionWithinMs);
      await saveChecks(deps.db, number.userId, found);
      return found;
    } finally {
      await deps.leases.release(lease, held.epoch);
    }
  }
}

async function askBackend(
  backend: Pick<Backend, 'actions'>,
  number: SendableNumber,
  numbers: readonly string[],
  deadlineMs: number,
): Promise<KnownNumber[]> {
  const answers = await backend.actions
    .checkNumbers({ instance: number.backendName, numbers, deadlineMs })
    .catch(translateActionFailure(number.backendName));
  return numbers.map((each) => {
    const answer =
      answers.find((candidate) => candidate.number.replace(/\D/g, '') === each) ??
      answers.find((candidate) => chatKey(candidate.jid) === chatKey(each));
    if (answer === undefined)
      throw new DomainError('backend_failed', 'The backend did not answer for every number.', { kind: 'bad_gateway' });
    return { number: each, isOnWhatsApp: answer.exists, jid: answer.exists ? answer.jid : null };
  });
}

function limit(sentence: string, retryAfterSeconds: number): DomainError {
  return new DomainError('number_checks_limit', sentence, {
    kind: 'limit',
    retryAfterSeconds,
    details: { limit: 'number_checks_per_hour', number_checks_per_hour: perHourMax },
  });
}
