-- One row per API key that works; the keys themselves are not kept.
create view api_keys as
select
  user_keys.id,
  user_keys.user_id,
  user_keys.hint as key_hint,
  user_keys.expires_at is null as is_current,
  user_keys.created_at,
  user_keys.expires_at
from user_keys
where user_keys.expires_at is null or user_keys.expires_at > app_now();
