import { afterEach, expect, test } from 'vitest';
import { fastKnobs, type Knobs } from '../../src/sandbox/index.ts';
import {
  callsTo,
  createCalls,
  createNumber,
  eventually,
  hastyPhoneNumbers,
  newNumber,
  readBooks,
} from '../modules/phone-numbers/support.ts';
import { type Answer, startGateway, type TestGateway, type TestUser } from '../support/gateway.ts';

const creates = process.env.LONG === '1' ? 300 : 40;
const env = { PLAN_OVERRIDES: '{"enterprise":{"max_phone_numbers":1000}}' };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

async function startFleet(
  sandboxes: number,
  knobs: Partial<Knobs> = {},
): Promise<{ gateway: TestGateway; users: TestUser[] }> {
  const gateway = await startGateway({ sandboxes, knobs: { ...fastKnobs, ...knobs }, env });
  open.push(gateway);
  // Otherwise the same calls fail everywhere.
  gateway.sandboxes.forEach(({ control }, n) => {
    control.setKnobs({ seed: n + 1 });
  });
  const users = await Promise.all(Array.from({ length: 5 }, () => gateway.signUp()));
  return { gateway, users };
}

const createMany = (users: TestUser[]): Promise<Answer[]> =>
  Promise.all(Array.from({ length: creates }, (_, n) => createNumber(users[n % users.length] as TestUser)));

/** Waits until nothing is being created, then holds database and sandboxes against each other. */
async function settledBooks(gateway: TestGateway) {
  await eventually(async () => (await readBooks(gateway)).reservations, 20_000).toBe(0);
  const books = await readBooks(gateway);
  const loads = books.backends.map(({ assigned }) => assigned);
  return { ...books, loads, spread: Math.max(...loads) - Math.min(...loads), sum: loads.reduce((a, b) => a + b, 0) };
}

function report(title: string, figures: object): void {
  if (process.env.LONG === '1') console.info(`${title}: ${JSON.stringify(figures)}`);
}

test('parallel creates spread evenly over equal backends', { timeout: 60_000 }, async () => {
  const { gateway, users } = await startFleet(5);
  const startedAt = performance.now();
  const answers = await createMany(users);
  const ms = Math.round(performance.now() - startedAt);
  const books = await settledBooks(gateway);
  report(`${creates} creates over 5`, {
    ms,
    loads: books.loads,
    liveNumbers: books.liveNumbers,
    instances: books.instances,
  });
  expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
  expect(books.spread).toBeLessThanOrEqual(1);
  expect(books.sum).toBe(creates);
  expect(books.liveNumbers).toBe(creates);
  expect(books.instances).toBe(creates);
  expect(books.backends.map(({ reserved }) => reserved)).toEqual([0, 0, 0, 0, 0]);
});

test.each(['http500-before', 'http500-after', 'reset-after'] as const)(
  'no place leaks and the loads stay even while one create in five fails by %s',
  { timeout: 90_000 },
  async (createFailureKind) => {
    const { gateway, users } = await startFleet(5, { createFailureRatio: 0.2, createFailureKind });
    const answers = await createMany(users);
    const made = answers.filter(({ status }) => status === 201).length;
    const books = await settledBooks(gateway);
    report(`${creates} creates over 5, 20 % ${createFailureKind}`, {
      made,
      failedCalls: createCalls(gateway).filter(({ outcome }) => outcome === createFailureKind).length,
      loads: books.loads,
      liveNumbers: books.liveNumbers,
      instances: books.instances,
    });
    expect(answers.filter(({ status }) => ![201, 502, 503].includes(status))).toEqual([]);
    expect(made).toBeGreaterThan(creates * 0.95);
    expect(books.spread).toBeLessThanOrEqual(1);
    expect(books.sum).toBe(made);
    expect(books.liveNumbers).toBe(made);
    expect(books.instances).toBe(made);
    expect(books.backends.map(({ reserved }) => reserved)).toEqual([0, 0, 0, 0, 0]);
  },
);

test.each(['hang', 'hang-after'] as const)(
  'no place leaks and no name is created twice while one create in five fails by %s',
  { timeout: 90_000 },
  async (createFailureKind) => {
    const { gateway, users } = await startFleet(5);
    for (const { control } of gateway.sandboxes) control.setKnobs({ createFailureRatio: 0.2, createFailureKind });
    const hasty = await hastyPhoneNumbers(gateway, { connectTimeoutMs: 1_000 });
    open.push(hasty);
    const results = await Promise.allSettled(
      Array.from({ length: creates }, (_, n) => hasty.phoneNumbers.create(newNumber((users[n % 5] as TestUser).id))),
    );
    const made = results.filter(({ status }) => status === 'fulfilled').length;
    const books = await settledBooks(gateway);
    report(`${creates} creates over 5, 20 % ${createFailureKind}`, {
      made,
      loads: books.loads,
      liveNumbers: books.liveNumbers,
      instances: books.instances,
    });
    expect(made).toBeGreaterThan(creates * 0.95);
    expect(books.spread).toBeLessThanOrEqual(1);
    expect(books.sum).toBe(books.liveNumbers);
    expect(books.liveNumbers).toBe(made);
    expect(books.instances).toBe(made);
    const names = createCalls(gateway).map(({ body }) => (body as { instanceName: string }).instanceName);
    expect(new Set(names).size).toBe(names.length);
  },
);

test('a backend that died gets nothing, and every create succeeds on the others', { timeout: 30_000 }, async () => {
  const { gateway, users } = await startFleet(3);
  const [dead, ...alive] = gateway.sandboxes;
  await dead?.close();
  const answers = await createMany(users);
  expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
  const books = await settledBooks(gateway);
  expect(books.loads[0]).toBe(0);
  expect(books.sum).toBe(creates);
  expect(Math.abs((books.loads[1] ?? 0) - (books.loads[2] ?? 0))).toBeLessThanOrEqual(1);
  expect(alive.flatMap(({ control }) => control.instances())).toHaveLength(creates);
});

test('a backend that fails every create, or refuses our key, costs no user a create', { timeout: 30_000 }, async () => {
  const { gateway, users } = await startFleet(3);
  const [failing, refusing, good] = gateway.sandboxes;
  failing?.control.setKnobs({ createFailureRatio: 1, createFailureKind: 'http500-before' });
  await gateway.services.backends.join([{ url: refusing?.url ?? '', apiKey: 'another-key' }]);
  // Its key was revoked after it had become active.
  await gateway.database.db.updateTable('backends').set({ state: 'active' }).execute();
  await gateway.services.backends.refresh();
  const answers = await Promise.all(users.map((user) => createNumber(user)));
  expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(201));
  expect(good?.control.instances()).toHaveLength(5);
  expect(callsTo(failing as NonNullable<typeof failing>, 'POST /instance/create').length).toBeGreaterThan(0);
});
