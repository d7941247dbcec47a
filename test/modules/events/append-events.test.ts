import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { appendEvents, type NewEvent } from '../../../src/modules/events/index.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

const ids = createIds();
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.pool.query('truncate events, event_cursors'));
afterAll(() => database.close());

const eventOf = (userId: number, mark: string): NewEvent => ({
  userId,
  type: 'number.created',
  phoneNumberId: null,
  messageId: null,
  payload: { mark },
});
const append = (...events: NewEvent[]) => inTransaction(database.db, (tx) => appendEvents(tx, ids, events));
const eventsOf = (userId: number) =>
  database.db
    .selectFrom('events')
    .select(['id', 'sequence', 'payload', 'type'])
    .where('user_id', '=', userId)
    .orderBy('sequence')
    .execute();
const marksOf = async (userId: number) =>
  (await eventsOf(userId)).map(({ payload }) => (payload as { mark: string }).mark);
const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

test('the events of one call keep their order, each user with a sequence of its own', async () => {
  await append(eventOf(1, 'a'), eventOf(2, 'x'), eventOf(1, 'b'), eventOf(1, 'c'), eventOf(2, 'y'));
  await append(eventOf(1, 'd'));
  expect(await marksOf(1)).toEqual(['a', 'b', 'c', 'd']);
  expect(await marksOf(2)).toEqual(['x', 'y']);
  expect((await eventsOf(1)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  expect((await eventsOf(2)).map(({ sequence }) => sequence)).toEqual([1, 2]);
});

test('the sequences of 50 parallel transactions have no gap and no double, whatever the order of their users', async () => {
  await Promise.all(
    Array.from({ length: 50 }, (_, n) => {
      const users = n % 2 === 0 ? [1, 2, 3] : [3, 2, 1];
      return append(...users.flatMap((userId) => [eventOf(userId, `${n}a`), eventOf(userId, `${n}b`)]));
    }),
  );
  for (const userId of [1, 2, 3]) {
    expect((await eventsOf(userId)).map(({ sequence }) => sequence)).toEqual(upTo(100));
    const marks = await marksOf(userId);
    for (let n = 0; n < 50; n++) expect(marks.indexOf(`${n}b`)).toBe(marks.indexOf(`${n}a`) + 1);
  }
  const { rows } = await database.pool.query(
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  );
  expect(rows).toEqual([{ deadlocks: 0 }]);
});

test('a transaction that is rolled back takes no number of the sequence with it', async () => {
  await append(eventOf(1, 'a'));
  await expect(
    inTransaction(database.db, async (tx) => {
      await appendEvents(tx, ids, [eventOf(1, 'lost'), eventOf(1, 'lost too')]);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await append(eventOf(1, 'b'));
  expect((await eventsOf(1)).map(({ sequence }) => sequence)).toEqual([1, 2]);
  expect(await marksOf(1)).toEqual(['a', 'b']);
});

test('no event makes no row and no cursor', async () => {
  await append();
  expect(await database.db.selectFrom('event_cursors').selectAll().execute()).toEqual([]);
});

test('a payload comes back as it was given', async () => {
  const payload = { text: 'ünï "quoted" \\ 😀', list: [1, null, { a: true }], nested: { b: 'c' } };
  await append({ ...eventOf(1, '-'), payload });
  expect((await eventsOf(1))[0]?.payload).toEqual(payload);
});
