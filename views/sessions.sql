-- One row per phone number that is not deleted, under the names of the sessions API.
create view sessions as
select
  phone_numbers.id,
  phone_numbers.user_id,
  coalesce(phone_numbers.alias, phone_numbers.instance_name) as session_name,
  phone_numbers.instance_name,
  phone_numbers.status,
  phone_numbers.status_reason,
  phone_numbers.phone_number,
  phone_numbers.profile_name,
  phone_numbers.token as token_hint,
  phone_numbers.webhook_url,
  phone_numbers.paused_at,
  phone_numbers.connected_at,
  phone_numbers.created_at,
  phone_numbers.updated_at
from phone_numbers
where phone_numbers.deleted_at is null;
