import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';

let gateway: TestGateway;
let user: TestUser;
const secrets: string[] = [];

beforeAll(async () => {
  gateway = await startGateway({
    overrides: { egress: { dial: () => Promise.reject(new Error('no network here')) } } as never,
  });
  user = await gateway.signUp();
  const { token } = await gateway.connectNumber(user, { alias: 'line', webhook_url: 'https://example.com/hook' });
  await user.api('POST', '/api/v1/messages/send', { session_id: 'line', to: '628123456789', message: 'hi' });
  const webhook = await user.api('POST', '/api/v1/webhooks', { url: 'https://example.com/other' });
  secrets.push(user.apiKey, token, webhook.body.data.secret);
});
afterAll(() => gateway.close());

test.each([
  ['users', 'id email plan_type status created_at'],
  ['subscriptions', 'id user_id plan_type status max_sessions sessions_used messages_used_today created_at'],
  ['sessions', 'id user_id session_name status phone_number webhook_url token_hint created_at'],
  ['instances', 'id session_id user_id status container_id port cpu memory_bytes started_at created_at'],
  ['messages', 'id user_id phone_number_id direction kind status content created_at'],
  ['api_keys', 'id user_id key_hint is_current created_at expires_at'],
  ['webhooks', 'id user_id session_id url events is_active created_at'],
  ['usage_stats', 'user_id session_id date messages_sent messages_received'],
  ['subscription_plans', 'id name price max_sessions max_messages_per_day'],
])('SELECT * FROM %s answers rows with the columns it is known for, and no secret', async (table, columns) => {
  const { rows, fields } = await gateway.database.pool.query(`SELECT * FROM ${table};`);
  expect(rows.length).toBeGreaterThan(0);
  expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(columns.split(' ')));
  for (const secret of secrets) expect(JSON.stringify(rows)).not.toContain(secret);
});

test('the views join by the ids that the API gives', async () => {
  const { rows } = await gateway.database.pool.query(
    `
    select s.session_name, i.status, u.messages_sent, w.url, p.plan_type
    from sessions s
    join instances i on i.session_id = s.id
    join usage_stats u on u.session_id = s.id
    join webhooks w on w.session_id = s.id
    join subscriptions p on p.user_id = s.user_id
    where s.user_id = $1`,
    [user.id],
  );
  expect(rows).toEqual([
    {
      session_name: 'line',
      status: 'running',
      messages_sent: 1,
      url: 'https://example.com/hook',
      plan_type: 'enterprise',
    },
  ]);
});

test('npm run sql answers for all nine names', async () => {
  const names =
    'users subscriptions sessions instances messages api_keys webhooks usage_stats subscription_plans'.split(' ');
  const statements = names.map((name) => `SELECT count(*) > 0 AS ${name} FROM ${name};`).join(' ');
  const { stdout } = await promisify(execFile)(process.execPath, ['src/bin/sql.ts', statements], {
    env: { PATH: process.env.PATH, DATABASE_URL: gateway.database.url },
  });
  for (const name of names) expect(stdout).toMatch(new RegExp(`^ *${name} *\\n-+\\n *t$`, 'm'));
});
