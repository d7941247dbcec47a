import { type Kysely, sql } from 'kysely';
import type { DB } from '../../../schema.ts';
import type { SendableNumber } from '../../phone-numbers/index.ts';

/** What is known of the medium of a message, and who may still have it. */
export type MediaMessage = {
  id: string;
  userId: number;
  kind: string;
  whatsappId: string | null;
  mimetype: string | null;
  fileName: string | null;
  /** The message as its backend told it, of received ones. */
  wire: unknown;
  /** Where its bytes are here. */
  blobId: string | null;
  blobSize: number | null;
  /** Null once the phone number is deleted. */
  number: Pick<SendableNumber, 'id' | 'backendId' | 'backendName' | 'integration'> | null;
};

export async function findMediaMessage(db: Kysely<DB>, userId: number, id: string): Promise<MediaMessage | undefined> {
  return read(db, sql`m.id = ${id}::uuid and m.user_id = ${userId}`);
}

/** For whoever holds a signed link to it. */
export async function findLinkedMessage(db: Kysely<DB>, id: string): Promise<MediaMessage | undefined> {
  return read(db, sql`m.id = ${id}::uuid`);
}

async function read(db: Kysely<DB>, where: ReturnType<typeof sql>): Promise<MediaMessage | undefined> {
  const { rows } = await sql<MediaMessage>`
    select m.id, m.user_id as "userId", m.kind, m.whatsapp_id as "whatsappId",
      coalesce(m.content ->> 'mimetype', b.mimetype) as mimetype,
      coalesce(m.content ->> 'file_name', b.file_name) as "fileName",
      m.content -> 'message' as wire, b.id as "blobId", octet_length(b.bytes) as "blobSize",
      case when n.backend_id is not null and n.backend_name is not null then json_build_object('id', n.id,
        'backendId', n.backend_id, 'backendName', n.backend_name, 'integration', n.integration) end as number
    from messages m
    left join phone_numbers n on n.id = m.phone_number_id and n.user_id = m.user_id and n.deleted_at is null
    left join media_blobs b on b.id = m.media_blob_id and b.user_id = m.user_id
    where ${where}`.execute(db);
  return rows[0];
}
