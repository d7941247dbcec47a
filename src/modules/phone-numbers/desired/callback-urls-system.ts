import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

/** Seconds without a word from any process after which nobody is thought to be at an address. */
const goneAfterSeconds = 300;

/** A process takes calls there; addresses that were left long ago are forgotten. */
export async function noteCallbackUrl(db: Kysely<DB>, url: string): Promise<void> {
  await sql`
    insert into callback_urls (url) values (${url})
    on conflict (url) do update set seen_at = app_now()`.execute(db);
  await sql`delete from callback_urls where seen_at < app_now() - interval '1 day'`.execute(db);
}

/** Where calls are taken now, in a fixed order. */
export async function listCallbackUrls(db: Kysely<DB>): Promise<string[]> {
  const { rows } = await sql<{ url: string }>`
    select url from callback_urls where seen_at > app_now() - make_interval(secs => ${goneAfterSeconds})
    order by url`.execute(db);
  return rows.map(({ url }) => url);
}
