-- A phone number whose user lets it send nothing for now; what waits on it goes on waiting.
alter table phone_numbers add column paused_at timestamptz;
