import type { Kysely } from 'kysely';
import { notFound } from '../../platform/errors.ts';
import type { DB } from '../../schema.ts';
import { credentialName, type Users } from '../users/index.ts';
import type { Grant } from './grant.ts';
import type { Handshake } from './handshake.ts';
import { findLatest } from './next-events-system.ts';
import { ownsNumbers } from './numbers-repository.ts';
import { refused } from './refused.ts';
import type { Tickets } from './tickets.ts';

/** Where a listener begins. Where what it missed cannot be told any more, `resync` says since when. */
export type Start = { sequence: number; resync: { since: number; sequence: number } | null };

export type Admit = {
  /** Throws a refusal or `too_many_attempts` where nobody stands behind the secret. */
  authenticate(secret: Handshake['secret'], ipAddress: string): Promise<Grant>;
  /** Throws `not_found` where one of them is not the user's. */
  requireNumbers(userId: number, ids: readonly number[] | null): Promise<ReadonlySet<number> | null>;
  start(userId: number, since: number | undefined): Promise<Start>;
};

/** More than this is not told again: reading the state by the API is quicker. */
export const missedMax = 10_000;

export function createAdmit(deps: {
  db: Kysely<DB>;
  users: Pick<Users, 'resolveAccessToken' | 'findLive' | 'checkGuesses' | 'noteFailedGuess'>;
  tickets: Pick<Tickets, 'take'>;
}): Admit {
  const { db, users, tickets } = deps;

  async function grantOf({ kind, text }: Handshake['secret']): Promise<Grant | null> {
    if (kind === 'ticket') return tickets.take(text);
    const caller = await users.resolveAccessToken(text);
    if (caller === null || caller.sessionId === null) return null;
    if (caller.status === 'suspended') throw refused('user_suspended', 'This user is suspended. Ask the operator.');
    return { userId: caller.userId, credential: { sessionId: caller.sessionId } };
  }

  return {
    async authenticate(secret, ipAddress) {
      const grant = await grantOf(secret);
      // What the caller's look-up remembers may be 3 s old.
      const live = grant === null ? undefined : await users.findLive([grant.credential]);
      if (grant !== null && live?.has(credentialName(grant.credential))) return grant;
      await users.checkGuesses(ipAddress);
      await users.noteFailedGuess(ipAddress);
      throw refused('unauthenticated', `This ${secret.kind} is wrong, used, expired or revoked.`);
    },
    async requireNumbers(userId, ids) {
      if (ids === null) return null;
      if (!(await ownsNumbers(db, userId, ids))) throw notFound('Phone number');
      return new Set(ids);
    },
    async start(userId, since) {
      const latest = await findLatest(db, userId);
      if (since === undefined) return { sequence: latest, resync: null };
      const canTell = since <= latest && latest - since <= missedMax;
      return canTell ? { sequence: since, resync: null } : { sequence: latest, resync: { since, sequence: latest } };
    },
  };
}
