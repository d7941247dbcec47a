import type { Kysely } from 'kysely';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import { cutPage } from '../../platform/cursor.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import type { Users } from '../users/index.ts';
import { endedAtOnceMax, endPendingOf } from './attempts-system.ts';
import type { Endpoint } from './endpoint.ts';
import { makeEndpointSecret, sealEndpointSecret } from './endpoint-secret.ts';
import {
  countEndpoints,
  deleteEndpoint,
  type EndpointChange,
  findEndpoint,
  insertEndpoint,
  listEndpoints,
  lockEndpoint,
  type NewEndpoint,
  replaceSecret,
  updateEndpoint,
} from './endpoints-repository.ts';
import { endpointLimit, requireOwnEvents, requireOwnUrl, requireWords } from './errors.ts';

/** Those that are phone numbers' webhook_url are not counted. */
const endpointsMax = 50;
const secretOverlapHours = 24;

type Role = 'user' | 'operator';

type Deps = {
  db: Kysely<DB>;
  ids: Ids;
  secretBox: SecretBox;
  users: Pick<Users, 'lockUser'>;
  requireUsableUrl(url: string): void;
};

/** What users do with their endpoints. Somebody else's is `not_found`. */
export function createManageEndpoints(deps: Deps) {
  const { db, ids, secretBox } = deps;

  async function lock(tx: Parameters<typeof lockEndpoint>[0], userId: number, id: number): Promise<Endpoint> {
    const endpoint = await lockEndpoint(tx, userId, id);
    if (endpoint === undefined) throw notFound('Endpoint');
    return endpoint;
  }

  return {
    /** The secret is told this once. */
    async create({
      role,
      ...input
    }: Omit<NewEndpoint, 'secretSealed'> & { role: Role }): Promise<{ endpoint: Endpoint; secret: string }> {
      deps.requireUsableUrl(input.url);
      requireOwnEvents(input.events, role);
      requireWords(input);
      const secret = makeEndpointSecret(ids);
      const secretSealed = sealEndpointSecret(secretBox, input.userId, secret);
      return inTransaction(db, async (tx) => {
        await deps.users.lockUser(tx, input.userId);
        if ((await countEndpoints(tx, input.userId)) >= endpointsMax) throw endpointLimit(endpointsMax);
        const endpoint = await insertEndpoint(tx, { ...input, secretSealed });
        if (endpoint === undefined) throw notFound('Phone number');
        return { endpoint, secret };
      });
    },

    async get(userId: number, id: number): Promise<Endpoint> {
      const endpoint = await findEndpoint(db, userId, id);
      if (endpoint === undefined) throw notFound('Endpoint');
      return endpoint;
    },

    /** A page, oldest first, and where the next one begins; null at the end. */
    async list(
      userId: number,
      page: Parameters<typeof listEndpoints>[2],
    ): Promise<{ endpoints: Endpoint[]; next: { createdAt: Date; id: number } | null }> {
      const rows = await listEndpoints(db, userId, { ...page, limit: page.limit + 1 });
      const { page: endpoints, next } = cutPage(rows, page.limit);
      return { endpoints, next };
    },

    /** Disabling ends what is pending as dead letters. */
    async change(
      { userId, role }: { userId: number; role: Role },
      id: number,
      change: EndpointChange,
    ): Promise<Endpoint> {
      if (change.url !== undefined) deps.requireUsableUrl(change.url);
      requireOwnEvents(change.events, role);
      const endpoint = await inTransaction(db, async (tx) => {
        const before = await lock(tx, userId, id);
        if (change.url !== undefined && change.url !== before.url) requireOwnUrl(before);
        if (change.events !== undefined || change.format !== undefined) requireWords({ ...before, ...change });
        return (await updateEndpoint(tx, userId, id, change)) ?? before;
      });
      if (!endpoint.enabled) await endPendingOf(db, id, endedAtOnceMax);
      return endpoint;
    },

    /** Its pending deliveries end as dead letters. */
    async delete(userId: number, id: number): Promise<void> {
      await inTransaction(db, async (tx) => {
        requireOwnUrl(await lock(tx, userId, id));
        await deleteEndpoint(tx, userId, id);
      });
      await endPendingOf(db, id, endedAtOnceMax);
    },

    /** A new secret, told this once; the former one signs beside it for 24 h. */
    async rotateSecret(userId: number, id: number): Promise<{ endpoint: Endpoint; secret: string }> {
      const secret = makeEndpointSecret(ids);
      const secretSealed = sealEndpointSecret(secretBox, userId, secret);
      return inTransaction(db, async (tx) => {
        const endpoint = await lock(tx, userId, id);
        if (endpoint.origin === 'settings') requireOwnUrl(endpoint);
        await replaceSecret(tx, userId, id, { secretSealed, overlapHours: secretOverlapHours });
        return { endpoint, secret };
      });
    },
  };
}
