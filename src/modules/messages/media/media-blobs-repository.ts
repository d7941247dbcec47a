import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';
import { blobsLimit } from '../errors.ts';

export type NewBlob = {
  id: string;
  bytes: Buffer;
  /** Hex. */
  sha256: string;
  mimetype: string | null;
  fileName: string | null;
  /** How long it stays at least; longer where a message that may still leave refers to it. */
  keepSeconds: number;
};

const bytesPerUserMax = 512 * 1_048_576;
const blobsPerUserMax = 20_000;

/**
 * Keeps a medium and answers its id: that of the same bytes, where this user has them here. Must be followed within
 * `keepSeconds` by whatever refers to it. Throws `media_limit` where one user's media would be more than `bytesMax`,
 * 512 MiB unless given.
 */
export async function keepBlob(
  db: Kysely<DB>,
  userId: number,
  blob: NewBlob,
  bytesMax = bytesPerUserMax,
): Promise<string> {
  const sha256 = Buffer.from(blob.sha256, 'hex');
  const { rows: known } = await sql<{ id: string }>`
    update media_blobs set delete_after = greatest(delete_after, ${fromNow(blob.keepSeconds)})
    where user_id = ${userId} and sha256 = ${sha256}
    returning id`.execute(db);
  if (known[0] !== undefined) return known[0].id;
  const { rows: kept } = await sql<{ id: string }>`
    insert into media_blobs as b (id, user_id, sha256, mimetype, file_name, bytes, delete_after)
    select ${blob.id}::uuid, ${userId}::bigint, ${sha256}::bytea, ${blob.mimetype}::text, ${blob.fileName}::text,
      ${blob.bytes}::bytea, ${fromNow(blob.keepSeconds)}
    from (select count(*) as n, coalesce(sum(octet_length(bytes)), 0) as size
      from media_blobs where user_id = ${userId}) held
    where held.n < ${blobsPerUserMax} and held.size + ${blob.bytes.length} <= ${bytesMax}
    on conflict (user_id, sha256) do update set delete_after = greatest(b.delete_after, excluded.delete_after)
    returning id`.execute(db);
  if (kept[0] === undefined) throw blobsLimit();
  return kept[0].id;
}

export type KeptBlob = { bytes: Buffer; sha256: string; mimetype: string | null; fileName: string | null };

/** Undefined once it is gone. Bytes of up to 16 MiB. */
export async function readBlob(db: Kysely<DB>, userId: number, id: string): Promise<KeptBlob | undefined> {
  const { rows } = await sql<KeptBlob>`
    select bytes, encode(sha256, 'hex') as sha256, mimetype, file_name as "fileName"
    from media_blobs where id = ${id}::uuid and user_id = ${userId}`.execute(db);
  return rows[0];
}

/** Has a medium stay for that long at least; false where it is gone. */
export async function extendBlob(db: Kysely<DB>, userId: number, id: string, keepSeconds: number): Promise<boolean> {
  const { rows } = await sql`
    update media_blobs set delete_after = greatest(delete_after, ${fromNow(keepSeconds)})
    where id = ${id}::uuid and user_id = ${userId}
    returning id`.execute(db);
  return rows.length === 1;
}

function fromNow(seconds: number) {
  return sql<Date>`app_now() + make_interval(secs => ${seconds}::float8)`;
}
