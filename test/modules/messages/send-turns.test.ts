import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimTurns, createReleaseBatch, type Turn } from '../../../src/modules/messages/waiting/send-turns-system.ts';
import { putBackOfTurn } from '../../../src/modules/messages/waiting/take-messages-system.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function claim(): Promise<Turn> {
  await sql`insert into send_turns (phone_number_id, due_at) values (1, app_now())`.execute(database.db);
  const [turn] = await claimTurns(database.db, { limit: 1, leaseMs: 60_000, busyBackends: [] });
  if (turn === undefined) throw new Error('no turn');
  return turn;
}

test('who held a turn that has ended can put back nothing that another holder sends', async () => {
  const release = createReleaseBatch({ pool: database.pool });
  const ended = await claim();
  expect(await release.add({ ...ended, blockMs: 0, waitMs: 0 })).toEqual({ nextMs: null });
  const turn = await claim();
  const id = '00000000-0000-7000-8000-000000000001';
  await sql`
    insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content)
    values (${id}, 1, 1, 'outbound', 'text', '628123456789', 'sending', '{}')`.execute(database.db);
  expect(await putBackOfTurn(database.db, { ...ended, id })).toBe(false);
  expect(await putBackOfTurn(database.db, { ...turn, id })).toBe(true);
  await release[Symbol.asyncDispose]();
});
