import { sql, type Transaction } from 'kysely';
import type { PoolClient } from 'pg';
import type { DB } from '../../../schema.ts';

/** A key as a request gave it, of one user on one route. */
export type IdempotencyKey = {
  route: string;
  key: string;
  /** SHA-256 of what the request asks for. */
  fingerprint: Buffer;
};

/** What the first request under a key was, and what became of it: a message or a campaign. */
export type ClaimedKey = { fingerprint: Buffer; messageId: string | null; campaignId: string | null };

/** A key is free again after this. */
export const keyLifeHours = 24;

type Asked = { userId: number; route: string; key: string };

/** In the order of what is asked; undefined where the key is free. */
export async function findKeys(client: PoolClient, asked: readonly Asked[]): Promise<(ClaimedKey | undefined)[]> {
  const { rows } = await client.query<{ [Name in keyof ClaimedKey]: ClaimedKey[Name] | null }>({
    name: 'find keys',
    text: `
      select k.fingerprint, k.message_id as "messageId", k.campaign_id as "campaignId"
      from unnest($1::bigint[], $2::text[], $3::text[]) with ordinality as t (user_id, route, key, ord)
      left join idempotency_keys k on k.user_id = t.user_id and k.route = t.route and k.key = t.key
        and k.created_at > app_now() - interval '${keyLifeHours} hours'
      order by t.ord`,
    values: [asked.map(({ userId }) => userId), asked.map(({ route }) => route), asked.map(({ key }) => key)],
  });
  return rows.map(({ fingerprint, messageId, campaignId }) =>
    fingerprint === null ? undefined : { fingerprint, messageId, campaignId },
  );
}

/**
 * Claims a key for a campaign that this transaction makes; false where another request has it. Keys come after usage
 * in the order of locks.
 */
export async function claimKey(
  tx: Transaction<DB>,
  userId: number,
  { route, key, fingerprint }: IdempotencyKey,
  campaignId: string,
): Promise<boolean> {
  const { rows } = await sql`
    insert into idempotency_keys as k (user_id, route, key, fingerprint, campaign_id, created_at)
    values (${userId}, ${route}, ${key}, ${fingerprint}, ${campaignId}::uuid, app_now())
    on conflict (user_id, route, key) do update set fingerprint = excluded.fingerprint, message_id = null,
      campaign_id = excluded.campaign_id, created_at = excluded.created_at
      where k.created_at <= app_now() - interval '${sql.raw(String(keyLifeHours))} hours'
    returning 1`.execute(tx);
  return rows.length === 1;
}

/** Frees the keys of messages that were not accepted after all. */
export async function dropKeys(
  client: Pick<PoolClient, 'query'>,
  messages: readonly { id: string; userId: number; key?: IdempotencyKey }[],
): Promise<void> {
  const keyed = messages.filter(({ key }) => key !== undefined);
  if (keyed.length === 0) return;
  await client.query(
    `delete from idempotency_keys k
     using unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[]) as t (user_id, route, key, message_id)
     where k.user_id = t.user_id and k.route = t.route and k.key = t.key and k.message_id = t.message_id`,
    [
      keyed.map(({ userId }) => userId),
      keyed.map(({ key }) => key?.route),
      keyed.map(({ key }) => key?.key),
      keyed.map(({ id }) => id),
    ],
  );
}
