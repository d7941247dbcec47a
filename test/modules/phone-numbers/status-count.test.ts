import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countByStatus } from '../../../src/modules/phone-numbers/status-count-system.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await sql`
    insert into users (email, password_hash, api_key, plan_type, max_phone_numbers, max_messages_per_day, requests_per_minute)
    values ('counted@example.com', 'x', 'x', 'starter', 1, 1, 1)`.execute(database.db);
  await sql`
    insert into phone_numbers (id, user_id, instance_name, token, status, deleted_at) overriding system value
    select n * 7, (select id from users), 'number ' || n, 'x',
      case when n % 3 = 0 then 'disconnected' else 'connected' end, case when n % 10 = 0 then now() end
    from generate_series(1, 30) n where n not between 11 and 20`.execute(database.db);
});
afterAll(() => database.close());

test.each([1, 7, 10, 1_000])('slices of %i ids count every number that is not deleted once', async (ids) => {
  const counted: Record<string, number> = {};
  let slices = 0;
  for (let after: number | null = 0; after !== null; slices++) {
    const { counts, next } = await countByStatus(database.db, after, ids);
    for (const [status, n] of counts) counted[status] = (counted[status] ?? 0) + n;
    after = next;
  }
  expect(counted).toEqual({ connected: 12, disconnected: 6 });
  // Ids that nobody has are stepped over.
  expect(slices).toBeLessThanOrEqual(21);
});
