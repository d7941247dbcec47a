-- One row per phone number that is not deleted: where it runs, and what its server's container uses if we started it.
create view instances as
select
  phone_numbers.id,
  phone_numbers.id as session_id,
  phone_numbers.user_id,
  case
    when phone_numbers.paused_at is not null then 'stopped'
    when phone_numbers.status = 'connected' then 'running'
    when phone_numbers.status in ('initializing', 'qr_ready') then 'starting'
    else phone_numbers.status
  end as status,
  phone_numbers.server_instance as server_url,
  provisioned_backends.name as container_name,
  provisioned_backends.engine_id as container_id,
  provisioned_backends.port,
  provisioned_backends.cpu,
  provisioned_backends.memory_bytes,
  provisioned_backends.memory_limit_bytes,
  provisioned_backends.started_at as container_started_at,
  phone_numbers.connected_at as started_at,
  phone_numbers.paused_at as stopped_at,
  phone_numbers.created_at,
  phone_numbers.updated_at
from phone_numbers
left join provisioned_backends
  on provisioned_backends.backend_id = phone_numbers.backend_id and provisioned_backends.removed_at is null
where phone_numbers.deleted_at is null;
