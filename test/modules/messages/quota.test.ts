import fc from 'fast-check';
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AcceptBatch, createAcceptBatch, type NewMessage } from '../../../src/modules/messages/accept/accept.ts';
import { createPool } from '../../../src/platform/database/connect.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

let database: TestDatabase;
const ids = createIds();

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

type Sort = 'plain' | 'waits' | 'scheduled' | 'keyed';

function message(userId: number, dailyMax: number, sort: Sort = 'plain', key: string = ids.uuidv7()): NewMessage {
  return {
    id: ids.uuidv7(),
    userId,
    phoneNumberId: userId,
    instanceName: 'user_1',
    backendId: 1,
    kind: 'text',
    recipient: '628123456789',
    content: '{"text":"hi"}',
    requestId: null,
    dailyMax,
    fingerprint: null,
    timing:
      sort === 'waits' || sort === 'scheduled'
        ? {
            kind: 'queued',
            sendAt: sort === 'scheduled' ? new Date(Date.now() + 20 * 86_400_000) : null,
            expiresInSeconds: 60,
            priority: 0,
          }
        : { kind: 'now' },
    ...(sort === 'keyed' ? { key: { route: '/send', key, fingerprint: Buffer.alloc(32) } } : {}),
  };
}

/** A group commit of its own, as a process has it, whose sessions live on the given day. */
function openProcess(offsetDays = 0): { batch: AcceptBatch; pool: Pool; close(): Promise<void> } {
  const url = new URL(database.url);
  const pool = createPool({
    url: url.href,
    max: 3,
    applicationName: 'quota',
    statementTimeoutMs: 3_000,
    lockTimeoutMs: 1_000,
    onError() {},
  });
  pool.on('connect', (client) => {
    client.query(`set app.clock_offset = '${offsetDays} days'`).catch(() => {});
  });
  const batch = createAcceptBatch({ pool, onUncertain() {}, noteUsage() {} });
  return {
    batch,
    pool,
    async close() {
      await batch[Symbol.asyncDispose]();
      await pool.end();
    },
  };
}

async function reset() {
  await sql`truncate usage, messages, idempotency_keys, send_turns`.execute(database.db);
}

type Step = { day: number; wanted: { user: number; limit: number; count: number; sort: Sort }[] };

const step: fc.Arbitrary<Step> = fc.record({
  day: fc.nat({ max: 2 }),
  wanted: fc.array(
    fc.record({
      user: fc.integer({ min: 1, max: 4 }),
      limit: fc.nat({ max: 12 }),
      count: fc.integer({ min: 1, max: 9 }),
      sort: fc.constantFrom<Sort>('plain', 'plain', 'waits', 'scheduled', 'keyed'),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

test('units are granted as a plain counter would: the oldest first, up to the limit, day by day', async () => {
  const processes = [0, 1, 2].map((day) => openProcess(day));
  await fc.assert(
    fc
      .asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const used = new Map<string, number>();
        for (const { day, wanted } of steps) {
          // A user has one limit at a time.
          const limits = new Map(wanted.map(({ user, limit }) => [user, limit]));
          const messages = wanted.flatMap(({ user, count, sort }) =>
            Array.from({ length: count }, () => message(user, limits.get(user) ?? 0, sort)),
          );
          const expected = messages.map(({ userId, dailyMax, timing }) => {
            if (timing.kind === 'queued' && timing.sendAt !== null) return true;
            const key = `${userId} ${day}`;
            const now = used.get(key) ?? 0;
            if (now >= dailyMax) return false;
            used.set(key, now + 1);
            return true;
          });
          const answers = await Promise.all(messages.map((each) => processes[day]?.batch.add(each)));
          expect(answers.map((answer) => answer?.refusal === null)).toEqual(expected);
          for (const [index, answer] of answers.entries()) {
            expect(answer?.used).toBe(used.get(`${messages[index]?.userId} ${day}`) ?? 0);
            expect(answer?.renewsInSeconds).toBeGreaterThanOrEqual(1);
            expect(answer?.renewsInSeconds).toBeLessThanOrEqual(86_400);
          }
        }
        const stored = await sql<{ key: string; n: number }>`
          select user_id || ' ' || (quota_day - (now() at time zone 'UTC')::date) as key, count(*) as n
          from messages where status <> 'scheduled' group by user_id, quota_day`.execute(database.db);
        expect(new Map(stored.rows.map(({ key, n }) => [key, n]))).toEqual(used);
        const counted = await sql<{ key: string; used: number }>`
          select user_id || ' ' || (day - (now() at time zone 'UTC')::date) as key, used from usage where used > 0
          `.execute(database.db);
        expect(new Map(counted.rows.map(({ key, used: n }) => [key, n]))).toEqual(used);
      })
      .beforeEach(reset),
    { numRuns: 60 },
  );
  await Promise.all(processes.map((process) => process.close()));
});

test('two processes that race for the last units never grant one too many, nor one too few', async () => {
  const processes = [openProcess(), openProcess()];
  await fc.assert(
    fc
      .asyncProperty(
        fc.integer({ min: 0, max: 120 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 20, maxLength: 300 }),
        async (limit, users) => {
          const answers = await Promise.all(
            users.map((user, index) => processes[index % 2]?.batch.add(message(user, limit))),
          );
          for (const user of new Set(users)) {
            const asked = users.filter((each) => each === user).length;
            const granted = answers.filter((answer, index) => users[index] === user && answer?.refusal === null).length;
            expect(granted).toBe(Math.min(asked, limit));
          }
        },
      )
      .beforeEach(reset),
    { numRuns: 25 },
  );
  await Promise.all(processes.map((process) => process.close()));
});

test('two processes that race under the same keys accept each key once, and every unit that is left', async () => {
  const processes = [openProcess(), openProcess()];
  await fc.assert(
    fc
      .asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.array(fc.record({ user: fc.integer({ min: 1, max: 3 }), key: fc.integer({ min: 1, max: 40 }) }), {
          minLength: 20,
          maxLength: 200,
        }),
        async (limit, asked) => {
          // As a process does: one of equal requests at a time.
          const requests = [0, 1].flatMap((process) =>
            [...new Map(asked.map((each) => [`${each.user} ${each.key}`, each])).values()].map((each) => ({
              ...each,
              process,
            })),
          );
          const answers = await Promise.all(
            requests.map(({ user, key, process }) =>
              processes[process]?.batch.add(message(user, limit, 'keyed', `key ${key}`)),
            ),
          );
          for (const user of new Set(asked.map((each) => each.user))) {
            const keys = new Set(asked.filter((each) => each.user === user).map(({ key }) => key));
            const taken = requests
              .filter((each, index) => each.user === user && answers[index]?.refusal === null)
              .map(({ key }) => key);
            expect(taken.length).toBe(Math.min(keys.size, limit));
            expect(new Set(taken).size).toBe(taken.length);
          }
          const { rows } = await sql<{ n: number }>`
            select (select count(*) from messages) - (select count(*) from idempotency_keys k
              join messages m on m.id = k.message_id and m.user_id = k.user_id) as n`.execute(database.db);
          expect(Number(rows[0]?.n)).toBe(0);
          const stray = await sql<{ n: number }>`
            select count(*) as n from idempotency_keys k
            where not exists (select from messages m where m.id = k.message_id)`.execute(database.db);
          expect(Number(stray.rows[0]?.n)).toBe(0);
        },
      )
      .beforeEach(reset),
    { numRuns: 25 },
  );
  await Promise.all(processes.map((process) => process.close()));
});

test('a limit below what is used already grants nothing and takes nothing back', async () => {
  await reset();
  const { batch, close } = openProcess();
  await Promise.all(Array.from({ length: 5 }, () => batch.add(message(9, 10))));
  expect(await batch.add(message(9, 3))).toMatchObject({ refusal: 'quota', used: 5 });
  expect(await batch.add(message(9, 6))).toMatchObject({ refusal: null, used: 6 });
  await close();
});
