import { type Kysely, sql } from 'kysely';
import type { DB } from '../../schema.ts';

const rowsMax = 1_000;

/** Deletes sessions, keys and tokens of password resets whose end has passed, at most 1,000 of each; answers how many. */
export async function deleteExpired(db: Kysely<DB>): Promise<number> {
  const sessions = await db
    .deleteFrom('login_sessions')
    .where('id', 'in', (eb) =>
      eb.selectFrom('login_sessions').select('id').where('expires_at', '<=', sql<Date>`app_now()`).limit(rowsMax),
    )
    .executeTakeFirst();
  const keys = await db
    .deleteFrom('user_keys')
    .where('id', 'in', (eb) =>
      eb.selectFrom('user_keys').select('id').where('expires_at', '<=', sql<Date>`app_now()`).limit(rowsMax),
    )
    .executeTakeFirst();
  const resets = await db
    .deleteFrom('password_resets')
    .where('token_hash', 'in', (eb) =>
      eb
        .selectFrom('password_resets')
        .select('token_hash')
        .where('expires_at', '<=', sql<Date>`app_now()`)
        .limit(rowsMax),
    )
    .executeTakeFirst();
  return Number(sessions.numDeletedRows + keys.numDeletedRows + resets.numDeletedRows);
}

/** What somebody once showed: the login session behind an access token, or an API key's SHA-256. */
export type Credential = { sessionId: string } | { keyHash: Buffer };

/** Names a credential in a set of them. */
export function credentialName(credential: Credential): string {
  return 'sessionId' in credential ? credential.sessionId : credential.keyHash.toString('hex');
}

/** The names of those that still open something: not ended, and of users who are not suspended. */
export async function findLive(db: Kysely<DB>, credentials: readonly Credential[]): Promise<Set<string>> {
  const sessionIds = credentials.flatMap((each) => ('sessionId' in each ? [each.sessionId] : []));
  const keyHashes = credentials.flatMap((each) => ('keyHash' in each ? [each.keyHash] : []));
  const { rows } = await sql<{ name: string }>`
    select s.id::text as name from login_sessions s join users u on u.id = s.user_id
    where s.id = any(${sessionIds}::uuid[]) and s.expires_at > app_now() and u.status = 'active'
    union all
    select encode(k.key_hash, 'hex') from user_keys k join users u on u.id = k.user_id
    where k.key_hash = any(${keyHashes}::bytea[]) and (k.expires_at is null or k.expires_at > app_now())
      and u.status = 'active'`.execute(db);
  return new Set(rows.map(({ name }) => name));
}
