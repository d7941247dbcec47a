import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  const user = await gateway.signUp();
  const { token } = await gateway.connectNumber(user);
  await user.api('POST', '/api/messages/send-text', { token, number: '628123456789', text: 'hello' });
  await gateway.services.requestRecorder.flush();
});
afterAll(() => gateway.close());

async function ask(statement: string) {
  const { rows, fields } = await gateway.database.pool.query(statement);
  return { rows, columns: fields.map((field) => field.name) };
}

test.each([
  [
    'SELECT * FROM users;',
    'id email password_hash api_key plan_type max_phone_numbers status created_at updated_at full_name company_name',
  ],
  [
    'SELECT * FROM phone_numbers;',
    'id user_id instance_name token phone_number display_name status server_instance qr_code webhook_url created_at',
  ],
  ['SELECT * FROM message_stats;', 'phone_number_id date messages_sent messages_received media_sent media_received'],
  ['SELECT * FROM api_requests;', 'user_id endpoint method ip_address created_at'],
  ['SELECT * FROM user_dashboard;', 'user_id email plan_type total_phone_numbers messages_sent_today'],
  ['SELECT * FROM phone_number_details;', 'id user_id phone_number status messages_sent_today messages_received_today'],
])('%s answers rows with the columns it is known for', async (statement, columns) => {
  const answer = await ask(statement);
  expect(answer.rows.length).toBeGreaterThan(0);
  expect(answer.columns).toEqual(expect.arrayContaining(columns.split(' ')));
});

test('SELECT * FROM webhook_logs ORDER BY sent_at DESC LIMIT 10; runs and has its columns', async () => {
  const { columns } = await ask('SELECT * FROM webhook_logs ORDER BY sent_at DESC LIMIT 10;');
  expect(columns).toEqual(
    expect.arrayContaining(['phone_number_id', 'event_type', 'payload', 'status_code', 'sent_at', 'response_time_ms']),
  );
});

test('every figure of the views is an integer, not a text', async () => {
  for (const view of ['user_dashboard', 'phone_number_details']) {
    const { rows } = await ask(`select * from ${view}`);
    const figures = Object.entries(rows[0]).filter(([column]) =>
      /^(\w+_phone_numbers|(messages|media)_\w+|max_\w+)$/.test(column),
    );
    expect(figures.length).toBeGreaterThan(4);
    for (const [column, value] of figures) expect([column, Number.isInteger(value)]).toEqual([column, true]);
  }
});
