import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestNumber, type TestUser } from '../../support/gateway.ts';

let gateway: TestGateway;
let user: TestUser;
let number: TestNumber;

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.signUp();
  number = await gateway.connectNumber(user);
});
afterAll(() => gateway.close());

const sendText = (body: Record<string, unknown>) =>
  user.api('POST', '/api/messages/send-text', { token: number.token, number: '628123456789', text: 'hi', ...body });

test('a text is sent once, and the answer names it', async () => {
  const { status, body } = await sendText({ number: '+628111111111', text: 'hello' });
  expect(status).toBe(200);
  expect(body).toEqual({
    success: true,
    message_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    status: 'sent',
    whatsapp_id: expect.any(String),
    to: '628111111111',
    sandbox: true,
  });
  const sends = gateway.sandboxes[0]!.control.ledger.sends({ number: '628111111111' });
  expect(sends).toHaveLength(1);
});
