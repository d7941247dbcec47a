import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlans, type Plans } from '../../../src/modules/plans/index.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

let database: TestDatabase;
let plans: Plans;

beforeAll(async () => {
  database = await openTestDatabase();
  plans = createPlans({ db: database.db });
});
afterAll(() => database.close());

async function addUser(email: string, planType: string, ownMaxPhoneNumbers?: number): Promise<number> {
  const { id } = await database.db
    .insertInto('users')
    .values({
      email,
      password_hash: '-',
      api_key: '-',
      plan_type: planType,
      own_max_phone_numbers: ownMaxPhoneNumbers,
      max_phone_numbers: 0,
      max_messages_per_day: 0,
      requests_per_minute: 1,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function limitsOf(userId: number) {
  return database.db
    .selectFrom('users')
    .select(['max_phone_numbers', 'max_messages_per_day', 'requests_per_minute'])
    .where('id', '=', userId)
    .executeTakeFirstOrThrow();
}

const anywhere = { placementLabels: [], isolation: 'shared' };

test('the catalogue holds the three plans, smallest first', async () => {
  expect(await plans.list()).toEqual([
    {
      planType: 'starter',
      maxPhoneNumbers: 3,
      maxMessagesPerDay: 1_000,
      requestsPerMinute: 300,
      price: 'free',
      ...anywhere,
    },
    {
      planType: 'business',
      maxPhoneNumbers: 10,
      maxMessagesPerDay: 5_000,
      requestsPerMinute: 1_500,
      price: 'paid',
      ...anywhere,
    },
    {
      planType: 'enterprise',
      maxPhoneNumbers: 50,
      maxMessagesPerDay: 50_000,
      requestsPerMinute: 6_000,
      price: 'paid',
      ...anywhere,
    },
  ]);
});

test('a plan is found by its name, and an unknown name finds nothing', async () => {
  expect((await plans.find('business'))?.maxPhoneNumbers).toBe(10);
  expect(await plans.find('gold')).toBeUndefined();
});

describe('overrides', () => {
  test('replace the figures they name, in the table and for its users, and leave the others', async () => {
    const follower = await addUser('follower@example.com', 'business');
    const special = await addUser('special@example.com', 'business', 77);
    const elsewhere = await addUser('elsewhere@example.com', 'starter');

    await plans.mergeOverrides({ business: { max_phone_numbers: 12, price: '20 EUR' }, enterprise: {} });

    expect(await plans.find('business')).toEqual({
      planType: 'business',
      maxPhoneNumbers: 12,
      maxMessagesPerDay: 5_000,
      requestsPerMinute: 1_500,
      price: '20 EUR',
      ...anywhere,
    });
    expect(await limitsOf(follower)).toEqual({
      max_phone_numbers: 12,
      max_messages_per_day: 5_000,
      requests_per_minute: 1_500,
    });
    expect((await limitsOf(special)).max_phone_numbers).toBe(77);
    expect((await limitsOf(elsewhere)).max_phone_numbers).toBe(3);
  });

  test('that are merged again rewrite nothing', async () => {
    await plans.mergeOverrides({ starter: { max_phone_numbers: 4 } });
    const version = () =>
      database.pool.query("select xmin::text from plans where plan_type = 'starter'").then(({ rows }) => rows[0].xmin);
    const before = await version();
    await plans.mergeOverrides({ starter: { max_phone_numbers: 4 } });
    expect(await version()).toBe(before);
  });

  test('of an unknown plan are refused by name, and none of the others is written', async () => {
    await expect(
      plans.mergeOverrides({ enterprise: { max_phone_numbers: 99 }, gold: { max_phone_numbers: 1 } }),
    ).rejects.toThrow(/unknown plans: gold\. The plans are: .*enterprise/);
    expect((await plans.find('enterprise'))?.maxPhoneNumbers).toBe(50);
  });

  test.each([
    ['max_phone_numbers', -1],
    ['max_messages_per_day', 1.5],
    ['requests_per_minute', 0],
    ['max_phone_numbers', 2 ** 31],
  ])('with %s = %d are refused by field', async (field, value) => {
    await expect(plans.mergeOverrides({ enterprise: { [field]: value } })).rejects.toThrow(`enterprise.${field}`);
  });

  test('of processes that start together end in one of the two, without a deadlock', async () => {
    const other = createPlans({ db: database.connect().db });
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 === 0 ? plans : other).mergeOverrides({
          starter: { max_phone_numbers: 10 + n },
          business: { max_phone_numbers: 10 + n },
          enterprise: { max_phone_numbers: 10 + n },
        }),
      ),
    );
    const figures = (await plans.list()).map((plan) => plan.maxPhoneNumbers);
    expect(new Set(figures).size).toBe(1);
  });
});
