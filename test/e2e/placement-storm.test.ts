import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, readBooks } from '../modules/phone-numbers/support.ts';
import { type Answer, startGateway, type TestGateway, type TestUser } from '../support/gateway.ts';

const rounds = process.env.LONG === '1' ? 12 : 3;

let gateway: TestGateway;
let beside: TestGateway;

beforeAll(async () => {
  const env = { PLAN_OVERRIDES: '{"business":{"max_phone_numbers":12}}' };
  gateway = await startGateway({ sandboxes: 3, env, knobs: { scanAfterMs: 1 } });
  beside = await startGateway({ beside: gateway, env });
});
afterAll(async () => {
  await beside.close();
  await gateway.close();
});

/** The user's calls, at one gateway or the other by turns. */
function callerOf(user: TestUser): TestUser['api'] {
  let n = 0;
  return (method, url, body) =>
    n++ % 2 === 0 ? user.api(method, url, body) : beside.anonymous(method, url, body, { 'x-api-key': user.apiKey });
}

type Number = { id: number; status: string; alias: string | null };

test('creates, changes, rotations, sends and deletes at once over two gateways end as if each had been alone', {
  timeout: 120_000,
}, async () => {
  const users = await Promise.all(Array.from({ length: 3 }, () => gateway.signUp('business')));
  const answers: Answer[] = [];
  const note = async (answer: Promise<Answer>): Promise<Answer> => {
    answers.push(await answer);
    return answer;
  };

  async function liveRound(user: TestUser, round: number): Promise<void> {
    const call = callerOf(user);
    const { phone_numbers: numbers } = (await note(call('GET', '/api/phone-numbers'))).body as {
      phone_numbers: Number[];
    };
    await Promise.all([
      ...Array.from({ length: 6 }, (_, n) =>
        note(call('POST', '/api/phone-numbers/create', { alias: `a${n}`, webhook_url: 'https://example.com/hook' })),
      ),
      ...numbers.flatMap(({ id }, n) => [
        note(
          call('PATCH', `/api/phone-numbers/${id}`, {
            alias: `a${(n + round) % 6}`,
            webhook_url: `https://example.com/${n}`,
          }),
        ),
        note(call('PATCH', `/api/phone-numbers/${id}`, { webhook_url: n % 2 === 0 ? null : 'https://example.com/x' })),
        rotateAndSend(call, id),
        ...(n % 2 === round % 2 ? [note(call('DELETE', `/api/phone-numbers/${id}`))] : []),
        note(call('GET', `/api/phone-numbers/${id}/status`)),
      ]),
      gateway.services.phoneNumbers.expireQrCodes(),
      beside.services.phoneNumbers.finishCreations(),
      beside.services.phoneNumbers.removeDeleted(),
      beside.services.backends.probeAll(),
    ]);
  }

  async function rotateAndSend(call: TestUser['api'], id: number): Promise<void> {
    const { status, body } = await note(call('POST', `/api/phone-numbers/${id}/token/rotate`, { overlap_hours: 0 }));
    if (status !== 200) return;
    const send = { token: body.phone_number.token, number: '5511988887777', text: 'hi' };
    await Promise.all(Array.from({ length: 3 }, () => note(call('POST', '/api/messages/send-text', send))));
  }

  for (let round = 0; round < rounds; round++) await Promise.all(users.map((user) => liveRound(user, round)));

  // A send that meets the delete of its number may stay unsaid by the backend; that is the one answer above 500.
  const surprises = answers.filter(
    ({ status, body }) => ![200, 201, 404, 409, 429].includes(status) && body.code !== 'outcome_unknown',
  );
  expect(surprises.map(({ status, body }) => [status, body.code])).toEqual([]);
  expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(10);
  expect(answers.filter(({ body }) => body.message_id !== undefined).length).toBeGreaterThan(10);

  await eventually(async () => (await readBooks(gateway)).reservations, 10_000).toBe(0);
  const books = await readBooks(gateway);
  expect(books.backends.reduce((sum, { assigned }) => sum + assigned, 0)).toBe(books.liveNumbers);
  expect(books.backends.map(({ reserved }) => reserved)).toEqual([0, 0, 0]);

  const { rows: sequences } = await gateway.database.pool.query(
    'select user_id, count(*)::int as events, max(sequence)::int as last from events group by user_id',
  );
  for (const { events, last } of sequences) expect(events).toBe(last);
  const { rows: tokens } = await gateway.database.pool.query(
    `select n.id from phone_numbers n left join number_tokens t on t.phone_number_id = n.id and t.expires_at is null
     where n.deleted_at is null group by n.id having count(t.id) <> 1`,
  );
  expect(tokens).toEqual([]);
  const { rows: endpoints } = await gateway.database.pool.query(
    `select n.id from phone_numbers n left join endpoints e on e.phone_number_id = n.id
     where case when n.deleted_at is null then n.webhook_url end is distinct from e.url`,
  );
  expect(endpoints).toEqual([]);

  // The counter is written when a transaction's connection falls idle.
  await eventually(async () => {
    const { rows } = await gateway.database.pool.query(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    );
    return rows;
  }).toEqual([{ deadlocks: 0 }]);
  if (process.env.LONG === '1') {
    const byStatus = Object.fromEntries(
      [...Map.groupBy(answers, ({ status }) => status)].map(([status, of]) => [status, of.length]),
    );
    console.info(`storm: ${JSON.stringify({ answers: answers.length, byStatus, deadlocks: 0, books })}`);
  }
});
