-- Statistics of a user include deleted numbers, which phone_numbers_user_id_idx leaves out; without this index a row of
-- user_dashboard reads the whole table. Deleting a user needs it as well.
create index phone_numbers_every_user_id_idx on phone_numbers (user_id);
