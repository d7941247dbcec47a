import type { FastifyRequest } from 'fastify';
import type { Identify } from '../../http/caller.ts';
import type { PhoneNumbers, SendableNumber } from '../../modules/phone-numbers/index.ts';
import type { Users } from '../../modules/users/index.ts';

export type Callers = ReturnType<typeof createCallers>;

/** Who calls, by the header `apikey` alone: a user by his API key, or by the token of one of his numbers. */
export function createCallers(deps: {
  users: Pick<Users, 'resolveApiKey' | 'resolveUser'>;
  phoneNumbers: Pick<PhoneNumbers, 'ofToken'>;
}) {
  const opened = new WeakMap<FastifyRequest, SendableNumber>();

  const identify: Identify = (request) => {
    const { apikey } = request.headers;
    return typeof apikey === 'string' && apikey !== '' ? find(request, apikey) : undefined;
  };

  async function find(request: FastifyRequest, presented: string) {
    const number = await deps.phoneNumbers.ofToken(presented);
    if (number === undefined) return deps.users.resolveApiKey(presented);
    const caller = await deps.users.resolveUser(number.userId);
    if (caller !== null) opened.set(request, number);
    return caller;
  }

  return {
    identify,
    /** The number whose token was presented; undefined where it was a user's API key. */
    openedBy: (request: FastifyRequest): SendableNumber | undefined => opened.get(request),
    /** What was presented, for answers that give it back. */
    presentedBy: ({ headers }: FastifyRequest): string => (typeof headers.apikey === 'string' ? headers.apikey : ''),
  };
}
