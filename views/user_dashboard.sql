-- One row per user: the plan, the numbers by state, and the messages of today and of the last 30 days (UTC).
create view user_dashboard as
select
  users.id as user_id,
  users.email,
  users.full_name,
  users.company_name,
  users.plan_type,
  users.status,
  users.max_phone_numbers,
  users.max_messages_per_day,
  numbers.total_phone_numbers,
  numbers.connected_phone_numbers,
  numbers.disconnected_phone_numbers,
  coalesce(usage.used, 0) as messages_used_today,
  greatest(users.max_messages_per_day - coalesce(usage.used, 0), 0) as messages_left_today,
  stats.messages_sent_today,
  stats.messages_received_today,
  stats.messages_failed_today,
  stats.messages_sent_30_days,
  stats.messages_received_30_days,
  users.created_at
from users
cross join lateral (
  select
    count(*) as total_phone_numbers,
    count(*) filter (where phone_numbers.status = 'connected') as connected_phone_numbers,
    count(*) filter (where phone_numbers.status in ('disconnected', 'error')) as disconnected_phone_numbers
  from phone_numbers
  where phone_numbers.user_id = users.id and phone_numbers.deleted_at is null
) as numbers
cross join lateral (
  select
    coalesce(sum(message_stats.messages_sent) filter (where message_stats.date = app_today()), 0) as messages_sent_today,
    coalesce(sum(message_stats.messages_received) filter (where message_stats.date = app_today()), 0) as messages_received_today,
    coalesce(sum(message_stats.messages_failed) filter (where message_stats.date = app_today()), 0) as messages_failed_today,
    coalesce(sum(message_stats.messages_sent), 0) as messages_sent_30_days,
    coalesce(sum(message_stats.messages_received), 0) as messages_received_30_days
  from phone_numbers
  join message_stats on message_stats.phone_number_id = phone_numbers.id
  where phone_numbers.user_id = users.id and message_stats.date > app_today() - 30
) as stats
left join usage on usage.user_id = users.id and usage.day = app_today();
