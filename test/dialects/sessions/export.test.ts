import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { csvLine } from '../../../src/dialects/sessions/csv.ts';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';

let gateway: TestGateway;
let user: TestUser;
let number: TestNumber;
beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.signUp();
  number = await gateway.connectNumber(user, { alias: 'line' });
});
afterAll(() => gateway.close());

async function exported(query: string) {
  const answer = await gateway.app.inject({
    url: `/api/v1/analytics/export${query}`,
    headers: { 'x-api-key': user.apiKey },
  });
  return { ...answer, status: answer.statusCode, lines: answer.payload.split('\r\n') };
}

test('an export names its columns and holds every message of its days, page after page', async () => {
  const first = await user.api('POST', '/api/v1/messages/send', {
    session_id: 'line',
    to: '628123456789',
    message: '=HYPERLINK("http://evil.example","x"), "quoted"\nnext line',
  });
  expect(first.status).toBe(200);
  await sql`
    insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content)
    select gen_random_uuid(), ${user.id}, ${number.id}, 'outbound', 'text', '628123456789@s.whatsapp.net', 'sent',
      json_build_object('text', 'message ' || n) from generate_series(1, 450) n`.execute(gateway.database.db);

  const { status, headers, payload, lines } = await exported('');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(headers['content-disposition']).toMatch(
    /^attachment; filename="messages-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv"$/,
  );
  expect(lines[0]).toMatch(/^id,session_id,direction,type,status,/);
  expect(payload.match(/message \d+/g)).toHaveLength(450);
  expect(new Set(payload.match(/message \d+/g)).size).toBe(450);
  expect(payload).toContain(`"'=HYPERLINK(""http://evil.example"",""x""), ""quoted""\nnext line"`);
  expect(payload.endsWith('\r\n')).toBe(true);

  expect((await exported('?session_id=line')).lines).toHaveLength(lines.length);
  expect((await exported('?end_date=2020-01-31')).lines).toHaveLength(2);
  expect((await exported('?start_date=2020-01-31&end_date=2020-01-01')).json()).toMatchObject({
    code: 'invalid_request',
  });
  expect((await exported('?session_id=none')).status).toBe(404);
});

test('figures are exported by day and by session, and are those of the analytics', async () => {
  const daily = await exported('?type=daily');
  expect(daily.lines[0]).toBe('date,messages_sent,messages_received,messages_failed,media_sent,media_received');
  expect(daily.lines[1]).toMatch(/^\d{4}-\d\d-\d\d,1,0,0,0,0$/);
  const sessions = await exported('?type=sessions');
  expect(sessions.lines[1]).toMatch(new RegExp(`^${number.id},line,\\d+,1,0,0,0,0$`));
  const days = await user.api('GET', '/api/v1/analytics/messages');
  expect(days.body.data).toMatchObject({ totals: { messages_sent: 1 }, days: [{ messages_sent: 1 }] });
  const bySession = await user.api('GET', '/api/v1/analytics/sessions');
  expect(bySession.body.data.sessions).toMatchObject([{ session_name: 'line', messages_sent: 1 }]);
  const { body } = await user.api('GET', '/api/v1/analytics/overview');
  expect(body.data).toMatchObject({ sessions: { total: 1, connected: 1 }, messages_today: { sent: 1 } });
  await gateway.services.requestRecorder.flush();
  const requests = await user.api('GET', '/api/v1/analytics/requests?limit=2');
  expect(requests.body.data.requests[0].endpoint).toMatch(/^\/api\//);
  expect(requests.body.data.next_cursor).toEqual(expect.any(String));
});

test.each([
  ['=1+1', "'=1+1"],
  ['+49 30', "'+49 30"],
  ['-5', "'-5"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['  =1', "'  =1"],
  ['\u200b=1', "'\u200b=1"],
  ['＝1', "'＝1"],
  ['\t=1', "'\t=1"],
  ['plain', 'plain'],
  ['a,b', 'a,b'],
  ['مرحبا', 'مرحبا'],
])('the cell %j holds no formula', (cell, text) => {
  const line = csvLine([cell, -5, null, true]);
  const quoted = /[",\r\n']/.test(text) ? `"${text}"` : text;
  expect(line).toBe(`${quoted},-5,,true\r\n`);
});
