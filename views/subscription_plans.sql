-- One row per plan of the catalogue.
create view subscription_plans as
select
  plans.plan_type as id,
  plans.plan_type as name,
  plans.price,
  plans.max_phone_numbers as max_sessions,
  plans.max_messages_per_day,
  plans.requests_per_minute,
  plans.updated_at
from plans;
