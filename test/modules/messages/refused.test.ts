import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeCheckedToken } from '../../../src/platform/crypto/checked-token.ts';
import { createIds } from '../../../src/platform/ids.ts';
import type { TestNumber } from '../../support/gateway.ts';
import { newRecipient, type Sender, sendCalls, startSender, usedUnits } from './support.ts';

let sender: Sender;
let other: TestNumber;

beforeAll(async () => {
  sender = await startSender({ sandboxes: 2 });
  other = await sender.gateway.connectNumber(await sender.gateway.signUp());
});
afterAll(() => sender.gateway.close());

async function figures() {
  const { rows } = await sql<{ n: number }>`select count(*) as n from messages`.execute(sender.gateway.database.db);
  return { used: await usedUnits(sender), calls: sendCalls(sender), messages: rows[0]?.n ?? 0 };
}

/** No call, no unit, no message. */
async function untouched<T>(work: () => Promise<T>): Promise<T> {
  const before = await figures();
  const result = await work();
  expect(await figures()).toEqual(before);
  return result;
}

const refused = (body: Record<string, unknown>) => untouched(() => sender.sendText(body));

test("another user's token answers exactly like one that never was", async () => {
  const theirs = await refused({ token: other.token });
  const never = await refused({ token: makeCheckedToken(createIds(), 'eft_') });
  const malformed = await refused({ token: 'eft_x' });
  const apiKey = await refused({ token: sender.user.apiKey });
  for (const answer of [theirs, never, malformed, apiKey]) {
    const { request_id, ...body } = answer.body;
    expect(request_id).toEqual(expect.any(String));
    expect({ status: answer.status, body }).toEqual({
      status: 404,
      body: {
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        detail: 'No phone number of yours has this token.',
        error: 'No phone number of yours has this token.',
        success: false,
        code: 'not_found',
      },
    });
  }
});

test.each([{ token: '' }, { token: {} }, { token: ['x'] }, { token: null }, { token: 5 }, { token: 'x'.repeat(201) }])(
  'a token of another shape is a bad request: %o',
  async (body) => {
    expect(await refused(body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  },
);

test('without a key, nothing is sent', async () => {
  const { anonymous } = sender.gateway;
  const body = { token: sender.number.token, number: newRecipient(), text: 'hi' };
  expect(await anonymous('POST', '/api/messages/send-text', body)).toMatchObject({ status: 401 });
});

test('a number that is not connected answers number_not_connected', async () => {
  const created = await sender.user.api('POST', '/api/phone-numbers/create', { display_name: 'never scanned' });
  const { token } = created.body.phone_number;
  expect(await refused({ token })).toMatchObject({ status: 409, body: { code: 'number_not_connected' } });
});

test('a number that was deleted answers not_found', async () => {
  const number = await sender.gateway.connectNumber(sender.user);
  const deleted = await sender.user.api('DELETE', `/api/phone-numbers/${number.id}`);
  expect(deleted).toMatchObject({ status: 200 });
  expect(await refused({ token: number.token })).toMatchObject({ status: 404, body: { code: 'not_found' } });
});

test('when a token is rotated, the former one sends until its overlap ends', async () => {
  const number = await sender.gateway.connectNumber(sender.user);
  const rotate = async (body: Record<string, unknown>) => {
    const answer = await sender.user.api('POST', `/api/phone-numbers/${number.id}/token/rotate`, body);
    expect(answer.status).toBe(200);
    return JSON.stringify(answer.body).match(/eft_[0-9A-Za-z]{36}/)?.[0] ?? '';
  };
  const second = await rotate({});
  for (const token of [number.token, second]) expect((await sender.sendText({ token })).status).toBe(200);
  const third = await rotate({ overlap_hours: 0 });
  expect((await refused({ token: second })).status).toBe(404);
  expect((await sender.sendText({ token: third })).status).toBe(200);
});

test('while the backend is marked down, a send answers 503 at once', async () => {
  const backend = await backendOf(sender.number);
  const mark = async (state: string) => {
    await sender.gateway.database.db.updateTable('backends').set({ state }).where('id', '=', backend).execute();
    await sender.gateway.services.backends.refresh();
  };
  // The probe would find it healthy again while it is looked at.
  const answer = await vi.waitFor(async () => {
    await mark('down');
    const startedAt = performance.now();
    const sent = await refused({});
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(sent.status).toBe(503);
    return sent;
  });
  await mark('active');
  expect(answer.body.code).toBe('backend_unavailable');
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
});

test('what a caller writes into the query never reaches a backend', async () => {
  const answer = await sender.user.api('POST', '/api/messages/send-text?instanceName=theirs&apikey=x', {
    token: sender.number.token,
    number: newRecipient(),
    text: 'hi',
  });
  expect([200, 400]).toContain(answer.status);
  const urls = sender.gateway.sandboxes.flatMap(({ control }) => control.ledger.calls().map(({ url }) => url));
  expect(urls.filter((url) => url.startsWith('/message/') && url.includes('?'))).toEqual([]);
});

test('bodies with unknown properties or wrong types are refused', async () => {
  for (const body of [
    { is_admin: true },
    { number: 628123456789 },
    { text: '' },
    { text: null },
    { text: ['x'] },
    { number: undefined },
  ]) {
    expect(await refused(body), JSON.stringify(body)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
  }
});

async function backendOf(number: TestNumber): Promise<number> {
  const row = await sender.gateway.database.db
    .selectFrom('phone_numbers')
    .select('backend_id')
    .where('id', '=', number.id)
    .executeTakeFirstOrThrow();
  return row.backend_id ?? 0;
}
