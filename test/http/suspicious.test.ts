import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../support/gateway.ts';

let gateway: TestGateway;
let user: TestUser;
let number: TestNumber;
beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.signUp();
  number = await gateway.connectNumber(user);
});
afterAll(() => gateway.close());

type LogLine = Record<string, unknown>;

/** What the log says about URLs while `work` runs. */
async function refusedUrls(work: () => Promise<{ status: number; body: { code?: string } }>): Promise<LogLine[]> {
  const before = gateway.logs.length;
  const { status, body } = await work();
  expect([status, body.code]).toEqual([400, 'invalid_url']);
  const lines = gateway.logs.slice(before);
  // A URL may hold a secret: no line may tell it.
  expect(lines.join('')).not.toContain('hush');
  return lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'url_refused');
}

const expected = (stage: string) => [
  expect.objectContaining({ level: 'warn', user_id: user.id, stage, ip: '127.0.0.1' }),
];

test.each([
  ['http://169.254.169.254/hush', 'literal'],
  ['http://localhost/hush', 'name'],
  ['ftp://example.com/hush', 'policy'],
])('a media URL that is refused, %s, is a log event of its own, without the URL', async (mediaUrl, stage) => {
  const body = { token: number.token, number: '4915112345678', mediaType: 'image', mediaUrl };
  expect(await refusedUrls(() => user.api('POST', '/api/messages/send-media', body))).toEqual(expected(stage));
});

test("a refused URL of a number's webhook is a log event of its own, without the URL", async () => {
  const change = (webhook_url: string) => () => user.api('PATCH', `/api/phone-numbers/${number.id}`, { webhook_url });
  expect(await refusedUrls(change('http://10.0.0.1/hush'))).toEqual(expected('literal'));
});
