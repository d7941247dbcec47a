import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Page, type Place, readPages } from '../../../src/modules/realtime/next-events-system.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';
import { range } from './support.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  const { db } = database;
  await sql`insert into event_cursors select n, 1000 from generate_series(1, 20000) n`.execute(db);
  await sql`
    insert into events (id, user_id, sequence, type, payload)
    select gen_random_uuid(), 1 + n % 100, n / 100, 'message.received', '{"a": 1}'
    from generate_series(100, 100099) n`.execute(db);
  await sql`analyze events, event_cursors`.execute(db);
});
afterAll(() => database.close());

async function pagesOf(places: Place[]): Promise<Page[]> {
  const all: Page[] = [];
  for await (const pages of readPages(database.db, places, 100)) all.push(...pages);
  return all;
}

const placesAt = (sequence: number, count: number): Place[] => range(1, count).map((userId) => ({ userId, sequence }));

test.each([1_000, 10_000])('a look at %i users to whom nothing happened is cheap', async (count) => {
  const places = placesAt(1_000, count);
  for (const _ of range(1, 3)) await pagesOf(places);
  const startedAt = performance.now();
  for (const _ of range(1, 20)) expect(await pagesOf(places)).toEqual([]);
  const tookMs = (performance.now() - startedAt) / 20;
  console.info(`a look at ${count} users: ${tookMs.toFixed(1)} ms`);
  expect(tookMs).toBeLessThan(250);
});

test('pages follow one another without a gap, many users at once', async () => {
  const read = new Map<number, number[]>();
  let places = placesAt(0, 100);
  while (places.length > 0) {
    const pages = await pagesOf(places);
    for (const { place, events } of pages) {
      read.set(place.userId, [...(read.get(place.userId) ?? []), ...events.map(({ sequence }) => sequence)]);
    }
    expect(pages.every(({ events }) => events.length <= 100)).toBe(true);
    places = pages.map(({ place, events }) => ({ userId: place.userId, sequence: events.at(-1)?.sequence ?? 1_000 }));
  }
  expect([...read.keys()].sort((a, b) => a - b)).toEqual(range(1, 100));
  for (const sequences of read.values()) expect(sequences).toEqual(range(1, 1_000));
});

test('a page holds about 256 KiB at most, and one event at least; large ones are read in their turn', async () => {
  const { db } = database;
  await sql`
    insert into events (id, user_id, sequence, type, payload)
    select gen_random_uuid(), 20000, n, 'message.received', json_build_object('text', repeat('a', least(n, 5) * 80000))
    from generate_series(1, 120) n`.execute(db);
  const sizes: number[] = [];
  const startedAt = performance.now();
  for (let sequence = 0; sequence < 120; ) {
    const [page] = await pagesOf([{ userId: 20_000, sequence }]);
    sizes.push(page?.events.length ?? 0);
    sequence = page?.events.at(-1)?.sequence ?? Number.NaN;
  }
  console.info(`120 events of up to 400 kB: ${(performance.now() - startedAt).toFixed(0)} ms`);
  // The one that passes the mark is the last of its page.
  expect(sizes).toEqual([3, ...range(4, 120).map(() => 1)]);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

test('a page ends where events are missing, and the next one begins behind them', async () => {
  await database.pool.query('delete from events where user_id = 60 and sequence between 11 and 20');
  const [before] = await pagesOf([{ userId: 60, sequence: 5 }]);
  expect(before?.events.map(({ sequence }) => sequence)).toEqual(range(6, 10));
  expect(before?.isFull).toBe(true);
  const [behind] = await pagesOf([{ userId: 60, sequence: 10 }]);
  expect(behind?.events.map(({ sequence }) => sequence)).toEqual(range(21, 120));
});

test('of many places of one user four are served in a look, the nearest first, and nobody waits for them', async () => {
  const back = range(1, 10).map((sequence) => ({ userId: 50, sequence }));
  const pages = await pagesOf([...back, { userId: 51, sequence: 999 }]);
  expect(pages.map(({ place }) => place)).toEqual([
    { userId: 51, sequence: 999 },
    ...[10, 9, 8, 7].map((sequence) => ({ userId: 50, sequence })),
  ]);
});
