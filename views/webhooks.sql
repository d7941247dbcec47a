-- One row per endpoint; its secret and its headers are not shown.
create view webhooks as
select
  endpoints.id,
  endpoints.user_id,
  endpoints.phone_number_id as session_id,
  endpoints.url,
  endpoints.events,
  endpoints.format,
  endpoints.enabled as is_active,
  endpoints.disabled_reason,
  endpoints.failing_since,
  endpoints.created_at
from endpoints;
