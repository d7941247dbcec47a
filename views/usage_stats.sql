-- One row per phone number and day (UTC) with figures, those of deleted numbers included.
create view usage_stats as
select
  phone_numbers.user_id,
  message_stats.phone_number_id as session_id,
  message_stats.date,
  message_stats.messages_sent,
  message_stats.messages_received,
  message_stats.media_sent,
  message_stats.media_received,
  message_stats.messages_failed
from message_stats
join phone_numbers on phone_numbers.id = message_stats.phone_number_id;
