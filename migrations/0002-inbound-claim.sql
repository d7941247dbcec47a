-- The inbound lane takes the phone numbers in turn, so its index leads by number.
drop index inbound_calls_due_idx;
create index inbound_calls_due_idx on inbound_calls (phone_number_id, id) where state = 'due';
