import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import type { Backends } from '../backends/index.ts';
import type { Users } from '../users/index.ts';
import type { Webhooks } from '../webhooks/index.ts';
import { createChangeNumber, createRotateToken } from './change-number.ts';
import { createCreateNumber } from './create-number.ts';
import { createDeleteNumber, createRemoveDeleted } from './delete-number.ts';
import { createExpireQrCodes } from './expire-qr-codes.ts';
import { createFetchQr } from './fetch-qr.ts';
import { createFinishCreations } from './finish-creations.ts';
import type { PhoneNumber } from './phone-number.ts';
import { findPhoneNumber, listPhoneNumbers } from './phone-numbers-repository.ts';
import { createResolveToken } from './resolve-token.ts';
import { createSetUpOnBackend } from './set-up-on-backend.ts';
import { createNumberWatch } from './watch-numbers.ts';

export { applyConnectionFacts, type ConnectionFact } from './apply-connection.ts';
export { type LockedNumber, lockNumberForFacts, noteHeard } from './connection-system.ts';
export { findInboundSecret, type InboundSecretRow } from './inbound-secrets-system.ts';
export type { PhoneNumber, SendableNumber } from './phone-number.ts';

export type PhoneNumbers = ReturnType<typeof createPhoneNumbers>;

/** Users' WhatsApp lines, from the first QR code to their end. */
export function createPhoneNumbers(deps: {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  secretBox: SecretBox;
  users: Pick<Users, 'lockUser'>;
  webhooks: Pick<Webhooks, 'requireUsableUrl' | 'setNumberEndpoint' | 'removeNumberEndpoints'>;
  backends: Pick<Backends, 'backendOf' | 'requireUsable'>;
  /** Where backends reach us, without a trailing slash; asked for each time, since a free port is known only later. */
  callbackUrl(): string;
  /** Waits, in ms, between the questions whether a create that was cut off has made it; 500, 2,000, 5,000 if unset. */
  askAgainAfterMs?: readonly number[];
}) {
  const underWay = new Set<Promise<unknown>>();
  const keepAlive = (work: Promise<unknown>) => {
    const done = work
      .catch((error) => deps.logger.error({ event: 'background_work_failed', err: error }, 'background work failed'))
      .finally(() => underWay.delete(done));
    underWay.add(done);
  };
  const shared = { ...deps, keepAlive, watch: createNumberWatch(deps), tokens: createResolveToken(deps) };
  const deleteNumber = createDeleteNumber(shared);

  return {
    create: createCreateNumber({ ...shared, setUpOnBackend: createSetUpOnBackend(shared) }),
    fetchQr: createFetchQr(shared),
    change: createChangeNumber(shared),
    rotateToken: createRotateToken(shared),
    requireConnected: shared.tokens.requireConnected,

    async delete(userId: number, id: number): Promise<void> {
      await deleteNumber(userId, id);
      shared.tokens.forget(id);
    },

    /** Throws `not_found` for a number of somebody else as for none. */
    async get(userId: number, id: number): Promise<PhoneNumber> {
      const number = await findPhoneNumber(deps.db, userId, id);
      if (number === undefined) throw notFound('Phone number');
      return number;
    },

    /** A page of the user's numbers, oldest first, and where the next one begins; null at the end. */
    async list(
      userId: number,
      page: { limit: number; after?: { createdAt: Date; id: number } },
    ): Promise<{ numbers: PhoneNumber[]; next: { createdAt: Date; id: number } | null }> {
      const rows = await listPhoneNumbers(deps.db, userId, { ...page, limit: page.limit + 1 });
      const numbers = rows.slice(0, page.limit);
      const last = numbers.at(-1);
      return {
        numbers,
        next: rows.length > page.limit && last !== undefined ? { createdAt: last.createdAt, id: last.id } : null,
      };
    },

    /** Periodic: settles creations whose process is gone. */
    finishCreations: createFinishCreations(shared),
    /** Periodic: takes deleted numbers off backends that were away. */
    removeDeleted: createRemoveDeleted(shared),
    /** Periodic: forgets codes that were not scanned in time. */
    expireQrCodes: createExpireQrCodes(shared),

    /** Waits for what goes on behind answers already given, at most `withinMs`; the periodic tasks finish the rest. */
    async close(withinMs: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, withinMs);
      await Promise.race([Promise.allSettled(underWay), promise]);
      clearTimeout(timer);
    },
  };
}
