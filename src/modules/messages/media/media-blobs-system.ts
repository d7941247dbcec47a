import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';

export type LinkedBlob = {
  size: number;
  mimetype: string | null;
  fileName: string | null;
  /** Its bytes in order, a piece at a time; throws where it goes meanwhile. */
  chunks(): AsyncGenerator<Buffer>;
};

const chunkBytes = 524_288;

/** For whoever holds a signed link to it. */
export async function findLinkedBlob(db: Kysely<DB>, id: string): Promise<LinkedBlob | undefined> {
  const { rows } = await sql<{ size: number; mimetype: string | null; fileName: string | null }>`
    select octet_length(bytes) as size, mimetype, file_name as "fileName"
    from media_blobs where id = ${id}::uuid`.execute(db);
  const [blob] = rows;
  return blob === undefined ? undefined : { ...blob, chunks: () => chunksOf(db, id, blob.size) };
}

async function* chunksOf(db: Kysely<DB>, id: string, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < size; from += chunkBytes) {
    const { rows } = await sql<{ piece: Buffer }>`
      select substring(bytes from ${from + 1}::int for ${chunkBytes}::int) as piece
      from media_blobs where id = ${id}::uuid`.execute(db);
    if (rows[0] === undefined) throw new Error('The medium went while it was read.');
    yield rows[0].piece;
  }
}

/**
 * Periodic: drops media whose time is over and that no message can need any more, which are those that have not left
 * yet and, for a day, those of which nobody knows whether they left. Safe in parallel.
 */
export async function removeBlobs(db: Kysely<DB>): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const { rows } = await sql<{ seen: number }>`
      with over as materialized (
        select b.id, exists (
          select from messages m
          where m.media_blob_id = b.id and (m.status in ('scheduled', 'accepted', 'sending')
            or (m.status = 'unknown' and m.unknown_at > app_now() - interval '24 hours'))
        ) as is_needed
        from media_blobs b where b.delete_after < app_now()
        order by b.delete_after limit 200 for update skip locked
      ), kept as (
        update media_blobs b set delete_after = app_now() + interval '${sql.raw(String(lookAgainMinutes))} minutes'
        from over where over.id = b.id and over.is_needed returning b.id
      ), dropped as (
        delete from media_blobs b using over where over.id = b.id and not over.is_needed returning b.id
      )
      select (select count(*) from kept) + (select count(*) from dropped) as seen`.execute(db);
    if (Number(rows[0]?.seen ?? 0) < 200) return;
  }
}

const lookAgainMinutes = 5;
