/**
 * The statement part that counts settled messages: a CTE `sent_stats` fed from the CTE named `source`, which has
 * phone_number_id, status (`sent`, `failed` or anything else, which counts nothing) and is_media.
 */
export function sentStatsPart(source: string): string {
  return `
    sent_stats as (
      insert into message_stats as s (phone_number_id, date, messages_sent, media_sent, messages_failed)
      select phone_number_id, app_today(), count(*) filter (where status = 'sent'),
        count(*) filter (where status = 'sent' and is_media), count(*) filter (where status = 'failed')
      from ${source} where status in ('sent', 'failed') group by phone_number_id order by phone_number_id
      on conflict (phone_number_id, date) do update set
        messages_sent = s.messages_sent + excluded.messages_sent,
        media_sent = s.media_sent + excluded.media_sent,
        messages_failed = s.messages_failed + excluded.messages_failed
      returning 1
    )`;
}
