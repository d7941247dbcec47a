import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSettleBatch } from '../../../src/modules/messages/sending/settle.ts';
import { createNextBatch } from '../../../src/modules/messages/waiting/next-message-system.ts';
import { createReleaseBatch } from '../../../src/modules/messages/waiting/send-turns-system.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

const ids = createIds();
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  await database.pool.query(`
    insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content)
    select gen_random_uuid(), 1, n % 100, 'outbound', 'text', '628123', 'delivered', '{}' from generate_series(1, 140000) n`);
  await database.pool.query('analyze');
});
afterAll(() => database.close());

/** A connection whose plans are those that a statement keeps once it has run a few times. */
async function withKeptPlans() {
  const { pool } = database.connect({ max: 1 });
  await pool.query('set plan_cache_mode = force_generic_plan');
  return {
    pool,
    scansOf: async (...indexes: string[]): Promise<number> => {
      await pool.query('select pg_stat_force_next_flush()');
      const { rows } = await pool.query(
        'select sum(idx_scan)::int as scans from pg_stat_user_indexes where indexrelname = any($1)',
        [indexes],
      );
      return rows[0].scans;
    },
  };
}

// Its dead entries are as many as messages were sent since the last vacuum.
test('messages are settled without a look at all that are being sent or unknown', async () => {
  const { pool, scansOf } = await withKeptPlans();
  const settle = createSettleBatch({ pool });
  await settle.add({
    ...{ messageId: ids.uuidv7(), userId: 1, phoneNumberId: 1, status: 'sent', statusReason: null, whatsappId: 'WA' },
    ...{ remoteJid: null, isMedia: false, eventId: ids.uuidv7(), payload: '{}' },
  });
  expect(await scansOf('messages_pkey')).toBeGreaterThan(0);
  expect(await scansOf('messages_sending_idx', 'messages_unknown_idx')).toBe(0);
  await settle[Symbol.asyncDispose]();
});

test('what is next on a number is found without a look at all that wait on others', async () => {
  const { pool, scansOf } = await withKeptPlans();
  await pool.query(`
    insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content, due_at, expires_at)
    select gen_random_uuid(), 1, n % 100, 'outbound', 'text', '628123', 'accepted', '{}', now(), now() + interval '1 day'
    from generate_series(1, 4200) n;
    insert into send_turns (phone_number_id, due_at) select distinct phone_number_id, now() from messages where due_at is not null;
    analyze`);
  const release = createReleaseBatch({ pool });
  const next = createNextBatch({ pool });
  const free = { claim: 0, failures: 0, waitsFor: null, blockMs: 0, waitMs: 0 };
  const released = await Promise.all([1, 2].map((phoneNumberId) => release.add({ ...free, phoneNumberId })));
  expect(released).toEqual([{ nextMs: 0 }, { nextMs: 0 }]);
  await next.add(1);
  expect(await scansOf('messages_waiting_idx')).toBeGreaterThan(0);
  expect(await scansOf('messages_expiring_idx')).toBe(0);
  await Promise.all([release, next].map((batch) => batch[Symbol.asyncDispose]()));
});
