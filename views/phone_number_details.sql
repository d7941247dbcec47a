-- One row per phone number that is not deleted, with its statistics of today (UTC).
create view phone_number_details as
select
  phone_numbers.id,
  phone_numbers.user_id,
  users.email as user_email,
  phone_numbers.instance_name,
  phone_numbers.alias,
  phone_numbers.phone_number,
  phone_numbers.display_name,
  phone_numbers.status,
  phone_numbers.status_reason,
  phone_numbers.server_instance,
  phone_numbers.webhook_url,
  phone_numbers.connected_at,
  phone_numbers.created_at,
  coalesce(message_stats.messages_sent, 0) as messages_sent_today,
  coalesce(message_stats.messages_received, 0) as messages_received_today,
  coalesce(message_stats.media_sent, 0) as media_sent_today,
  coalesce(message_stats.media_received, 0) as media_received_today,
  coalesce(message_stats.messages_failed, 0) as messages_failed_today,
  coalesce(backends.is_sandbox, false) as sandbox
from phone_numbers
join users on users.id = phone_numbers.user_id
left join backends on backends.id = phone_numbers.backend_id
left join message_stats on message_stats.phone_number_id = phone_numbers.id and message_stats.date = app_today()
where phone_numbers.deleted_at is null;
