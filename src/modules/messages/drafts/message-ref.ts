import { type Kysely, sql } from 'kysely';
import type { MessageRef } from '../../../evolution/outbound.ts';
import type { DB } from '../../../schema.ts';

type Row = { id: string; remoteJid: string; fromMe: boolean; participant: string | null };

/**
 * How WhatsApp calls a message of this phone number, by our id of it or by its WhatsApp id; undefined where nobody has
 * heard of it, or where it has not been sent.
 */
export async function findMessageRef(
  db: Kysely<DB>,
  number: { id: number; userId: number },
  id: string,
): Promise<MessageRef | undefined> {
  const { rows } = await (isUuid.test(id) ? byMessageId(number, id) : byWhatsAppId(number, id)).execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  const { participant, ...ref } = row;
  return participant === null ? ref : { ...ref, participant };
}

function byMessageId(number: { id: number; userId: number }, id: string) {
  return sql<Row>`
    select m.whatsapp_id as id, m.remote_jid as "remoteJid", m.direction = 'outbound' as "fromMe",
      m.content ->> 'participant' as participant
    from messages m
    where m.id = ${id}::uuid and m.user_id = ${number.userId} and m.phone_number_id = ${number.id}
      and m.whatsapp_id is not null`;
}

function byWhatsAppId(number: { id: number; userId: number }, id: string) {
  return sql<Row>`
    select w.wa_id as id, w.remote_jid as "remoteJid", coalesce(w.from_me, false) as "fromMe",
      m.content ->> 'participant' as participant
    from wire_messages w left join messages m on m.id = w.message_id and m.user_id = ${number.userId}
    where w.phone_number_id = ${number.id} and w.wa_id = ${id} and w.remote_jid is not null`;
}

const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
