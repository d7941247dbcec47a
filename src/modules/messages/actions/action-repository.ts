import { type Kysely, sql } from 'kysely';
import type { MessageRef } from '../../../evolution/outbound.ts';
import type { DB } from '../../../schema.ts';
import type { SendableNumber } from '../../phone-numbers/index.ts';
import type { MessageStatus } from '../message.ts';

/** A message to be changed where it is, with the phone number that it belongs to. */
export type ChangeableMessage = {
  id: string;
  direction: 'outbound' | 'inbound';
  kind: string;
  status: MessageStatus;
  remoteJid: string;
  whatsappId: string | null;
  isDeleted: boolean;
  isNumberConnected: boolean;
} & Pick<SendableNumber, 'integration' | 'backendName' | 'backendId'>;

export async function findChangeable(
  db: Kysely<DB>,
  userId: number,
  id: string,
): Promise<ChangeableMessage | undefined> {
  const { rows } = await sql<ChangeableMessage>`
    select m.id, m.direction, m.kind, m.status, m.remote_jid as "remoteJid", m.whatsapp_id as "whatsappId",
      m.deleted_at is not null as "isDeleted", n.status = 'connected' as "isNumberConnected",
      n.integration, n.backend_name as "backendName", n.backend_id as "backendId"
    from messages m join phone_numbers n on n.id = m.phone_number_id and n.deleted_at is null
    where m.id = ${id}::uuid and m.user_id = ${userId} and n.backend_id is not null`.execute(db);
  return rows[0];
}

/** Our id of a message that one of this user's numbers sent, by its WhatsApp id. */
export async function findSentId(db: Kysely<DB>, userId: number, whatsappId: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select w.message_id as id from phone_numbers n
    join wire_messages w on w.phone_number_id = n.id and w.wa_id = ${whatsappId}
    where n.user_id = ${userId} and n.deleted_at is null and w.from_me and w.message_id is not null
    order by w.message_id limit 1`.execute(db);
  return rows[0]?.id;
}

/** The same of a message that this number sent. */
export async function findSentBy(
  db: Kysely<DB>,
  userId: number,
  phoneNumberId: number,
  whatsappId: string,
): Promise<{ id: string; kind: string } | undefined> {
  const { rows } = await sql<{ id: string; kind: string }>`
    select m.id, m.kind from wire_messages w join messages m on m.id = w.message_id
    where w.phone_number_id = ${phoneNumberId} and w.wa_id = ${whatsappId}
      and m.user_id = ${userId} and m.direction = 'outbound'`.execute(db);
  return rows[0];
}

/** What it said first stays beside what it says now. */
export async function recordEdit(db: Kysely<DB>, userId: number, id: string, text: string): Promise<void> {
  await sql`
    update messages set edited_at = app_now(), updated_at = now(),
      content = (content::jsonb || jsonb_build_object('text', ${text}::text,
        'original_text', coalesce(content ->> 'original_text', content ->> 'text')))::json
    where id = ${id}::uuid and user_id = ${userId} and direction = 'outbound'`.execute(db);
}

export async function recordDeletion(db: Kysely<DB>, userId: number, id: string): Promise<void> {
  await sql`
    update messages set deleted_at = coalesce(deleted_at, app_now()), updated_at = now()
    where id = ${id}::uuid and user_id = ${userId} and direction = 'outbound'`.execute(db);
}

/** How WhatsApp calls messages that this number received, by our ids or WhatsApp's; those nobody knows are left out. */
export async function listReceived(
  db: Kysely<DB>,
  userId: number,
  phoneNumberId: number,
  asked: { ids: readonly string[]; whatsappIds: readonly string[] },
): Promise<{ id: string; ref: MessageRef }[]> {
  const { rows } = await sql<{ id: string; whatsappId: string; remoteJid: string; participant: string | null }>`
    select m.id, m.whatsapp_id as "whatsappId", m.remote_jid as "remoteJid", m.content ->> 'participant' as participant
    from messages m
    where m.user_id = ${userId} and m.phone_number_id = ${phoneNumberId} and m.direction = 'inbound'
      and m.id = any(${asked.ids}::uuid[] || array(select w.message_id from wire_messages w
        where w.phone_number_id = ${phoneNumberId} and w.wa_id = any(${asked.whatsappIds}::text[])
          and w.message_id is not null))
      and m.whatsapp_id is not null`.execute(db);
  return rows.map(({ id, whatsappId, remoteJid, participant }) => ({
    id,
    ref: { id: whatsappId, remoteJid, fromMe: false, ...(participant === null ? {} : { participant }) },
  }));
}
