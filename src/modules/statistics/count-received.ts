import { sql, type Transaction } from 'kysely';
import type { DB } from '../../schema.ts';

/** Counts messages that a number received today; once each is up to whoever records them. */
export async function countReceived(
  tx: Transaction<DB>,
  phoneNumberId: number,
  counts: { messages: number; media: number },
): Promise<void> {
  if (counts.messages === 0) return;
  await sql`
    insert into message_stats as s (phone_number_id, date, messages_received, media_received)
    values (${phoneNumberId}, app_today(), ${counts.messages}, ${counts.media})
    on conflict (phone_number_id, date) do update set
      messages_received = s.messages_received + excluded.messages_received,
      media_received = s.media_received + excluded.media_received`.execute(tx);
}
