-- One row per user: the plan, what counts of it for this user, and what is used today (UTC).
create view subscriptions as
select
  users.id,
  users.id as user_id,
  users.plan_type as plan_id,
  users.plan_type,
  users.status,
  users.max_phone_numbers as max_sessions,
  users.max_messages_per_day,
  users.requests_per_minute,
  (select count(*) from phone_numbers where phone_numbers.user_id = users.id and phone_numbers.deleted_at is null)
    as sessions_used,
  coalesce(usage.used, 0) as messages_used_today,
  users.created_at,
  users.updated_at
from users
left join usage on usage.user_id = users.id and usage.day = app_today();
