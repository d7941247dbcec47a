import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Control } from '../../../src/sandbox/index.ts';
import { startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { becomeOperator } from '../admin/support.ts';
import { callsTo, createdNumber, eventually, placeOf, untilCreated } from './support.ts';

let gateway: TestGateway;
let user: TestUser;
let control: Control;

beforeAll(async () => {
  gateway = await startGateway({
    sandboxes: 2,
    env: { SERVER_URL: 'https://gateway.example', TRUST_PROXY: '127.0.0.1' },
  });
  user = await gateway.signUp();
  control = (gateway.sandboxes[0] as (typeof gateway.sandboxes)[0]).control;
});
afterAll(() => gateway.close());
beforeEach(() => {
  for (const sandbox of gateway.sandboxes) sandbox.control.setKnobs({ failures: [] });
  control.ledger.clear();
});

/** A number that waits to be scanned, its creation over. */
async function waitingNumber(): Promise<number> {
  const { id } = await createdNumber(user, { display_name: 'Front desk' });
  await untilCreated(gateway, id);
  return id;
}

const linksUrl = (id: number) => `/api/phone-numbers/${id}/share-links`;
const makeLink = (id: number, body: object = {}, who = user) => who.api('POST', linksUrl(id), body);
const listed = async (id: number) => (await user.api('GET', linksUrl(id))).body.share_links;

/** The path of a new link, as a visitor opens it. */
async function linkPath(id: number, body: object = {}): Promise<{ path: string; linkId: string }> {
  const answer = await makeLink(id, body);
  expect(answer).toMatchObject({ status: 201 });
  return { path: new URL(answer.body.url).pathname, linkId: answer.body.id };
}

let visitors = 0;
/** One call of a visitor who was never here before. */
const visit = (
  method: 'GET' | 'POST',
  url: string,
  body?: object,
  address = `198.18.${visitors >> 8}.${visitors++ & 255}`,
) => gateway.anonymous(method, url, body, { 'x-forwarded-for': address });
const state = (path: string) => visit('GET', `${path}/state`);

/** What every address answers to everybody: its problem, without what names the request. */
async function refusalsOf(path: string) {
  const page = await gateway.app.inject({ url: path, headers: { 'x-forwarded-for': '198.19.0.1' } });
  const answers = [await visit('GET', `${path}/state`), await visit('POST', `${path}/connect`, {})];
  return {
    page: { status: page.statusCode, body: page.body },
    calls: answers.map(({ status, body }) => ({ status, body: { ...body, request_id: '' } })),
  };
}

async function scanned(id: number): Promise<void> {
  const { sandbox, name } = await placeOf(gateway, id);
  await sandbox.control.scan(name);
  await eventually(async () => (await user.api('GET', `/api/phone-numbers/${id}/status`)).body.status).toBe(
    'connected',
  );
}

const backdate = (linkId: string, columns: string) =>
  sql`update share_links set ${sql.raw(columns)} where id = ${linkId}`.execute(gateway.database.db);

describe('making a link', () => {
  test('answers its URL this once; the secret is kept as a hash alone', async () => {
    const id = await waitingNumber();
    const { status, body } = await makeLink(id);
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      id: expect.any(String),
      url: expect.stringMatching(/^https:\/\/gateway\.example\/share\/efs_[0-9A-Za-z]{36}$/),
      expires_at: expect.any(String),
      created_at: expect.any(String),
    });
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(3_600_000);
    expect(await listed(id)).toEqual([{ id: body.id, expires_at: body.expires_at, created_at: body.created_at }]);
    const token = body.url.split('/').at(-1);
    const { rows } = await sql<{ row: string }>`select share_links::text as row from share_links`.execute(
      gateway.database.db,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.some(({ row }) => row.includes(token))).toBe(false);
  });

  test('takes 300 to 604,800 seconds, and no body as an hour', async () => {
    const id = await waitingNumber();
    for (const expires_in of [299, 604_801, 0.5, '3600', null]) {
      expect(await makeLink(id, { expires_in })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
    for (const expires_in of [300, 604_800]) {
      const { body } = await makeLink(id, { expires_in });
      expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(expires_in * 1_000);
    }
    expect(await user.api('POST', linksUrl(id))).toMatchObject({ status: 201 });
  });

  test('ten links of one number work at once, however many are asked for together; one taken back makes room', async () => {
    const id = await waitingNumber();
    const answers = await Promise.all(Array.from({ length: 15 }, () => makeLink(id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(answers.filter(({ status, body }) => status === 429 && body.code === 'share_link_limit')).toHaveLength(5);
    const [first] = await listed(id);
    expect(await user.api('DELETE', `${linksUrl(id)}/${first.id}`)).toMatchObject({ status: 200 });
    expect(await makeLink(id)).toMatchObject({ status: 201 });
    expect(await makeLink(await waitingNumber())).toMatchObject({ status: 201 });
  });

  test('is refused for a connected number, which has nothing to scan', async () => {
    const { id } = await gateway.connectNumber(user);
    expect(await makeLink(id)).toMatchObject({ status: 409, body: { code: 'number_already_connected' } });
  });

  test("somebody else's number, link or a deleted number is not found", async () => {
    const id = await waitingNumber();
    const other = await waitingNumber();
    const { linkId } = await linkPath(id);
    const stranger = await gateway.signUp();
    for (const answer of [
      await makeLink(id, {}, stranger),
      await stranger.api('GET', linksUrl(id)),
      await stranger.api('DELETE', `${linksUrl(id)}/${linkId}`),
      await user.api('DELETE', `${linksUrl(other)}/${linkId}`),
    ])
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await listed(id)).toHaveLength(1);
    await user.api('DELETE', `/api/phone-numbers/${id}`);
    expect(await makeLink(id)).toMatchObject({ status: 404 });
  });
});

describe('a link', () => {
  test('shows the code that is there, again after every reload, and asks the backend for nothing', async () => {
    const id = await waitingNumber();
    const { path } = await linkPath(id);
    control.ledger.clear();
    const { status, body } = await state(path);
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      state: 'scan',
      display_name: 'Front desk',
      sandbox: true,
      qr_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      qr_code: expect.stringMatching(/^data:image\/png;base64,/),
      qr_expires_in_ms: expect.any(Number),
      pairing_code: null,
      link_expires_in_ms: expect.any(Number),
    });
    expect(body.qr_expires_in_ms).toBeGreaterThan(0);
    expect(body.link_expires_in_ms).toBeGreaterThan(3_590_000);
    expect((await state(path)).body.qr_id).toBe(body.qr_id);
    // Who shows it already is not sent it again.
    const again = await visit('GET', `${path}/state?seen=${body.qr_id}`);
    expect(again.body).toMatchObject({ state: 'scan', qr_id: body.qr_id, qr_code: null });
    expect(gateway.sandboxes.flatMap((sandbox) => callsTo(sandbox, 'GET /instance/connect/'))).toEqual([]);
  });

  test('has the backend make a code where there is none, once for all who ask at the same time', async () => {
    const id = await waitingNumber();
    const { path } = await linkPath(id);
    await sql`update phone_numbers set qr_code = null, qr_expires_at = null, qr_digest = null, status = 'disconnected' where id = ${id}`.execute(
      gateway.database.db,
    );
    expect((await state(path)).body).toMatchObject({ state: 'waiting', qr_id: null, qr_code: null });
    for (const { control } of gateway.sandboxes) control.ledger.clear();
    const answers = await Promise.all(Array.from({ length: 10 }, () => visit('POST', `${path}/connect`, {})));
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ state: 'scan', qr_code: expect.any(String) });
    }
    expect(gateway.sandboxes.flatMap((sandbox) => callsTo(sandbox, 'GET /instance/connect/'))).toHaveLength(1);
  });

  test('ends when the number connects, whoever scanned; for 10 minutes it still says so, then it is gone', async () => {
    const id = await waitingNumber();
    const [{ path, linkId }, other] = [await linkPath(id), await linkPath(id)];
    await scanned(id);
    expect(await listed(id)).toEqual([]);
    for (const each of [path, other.path]) {
      expect((await state(each)).body).toMatchObject({ state: 'connected', qr_code: null, pairing_code: null });
      expect((await visit('POST', `${each}/connect`, {})).body).toMatchObject({ state: 'connected' });
    }
    await backdate(linkId, `used_at = app_now() - interval '9 minutes 50 seconds'`);
    expect(await state(path)).toMatchObject({ status: 200 });
    await backdate(linkId, `used_at = app_now() - interval '10 minutes 1 second'`);
    expect(await state(path)).toMatchObject({ status: 404 });
  });

  test('that was used connects nothing any more when the connection is lost again', async () => {
    const id = await waitingNumber();
    const { path } = await linkPath(id);
    await scanned(id);
    const { sandbox, name } = await placeOf(gateway, id);
    sandbox.control.removeDevice(name);
    await eventually(async () => (await state(path)).body.state).toBe('lost');
    sandbox.control.ledger.clear();
    expect((await visit('POST', `${path}/connect`, {})).body).toMatchObject({ state: 'lost', qr_code: null });
    expect(callsTo(sandbox, 'GET /instance/connect/')).toEqual([]);
    // The code that its user asks for is for nobody who still has the old link.
    expect((await user.api('GET', `/api/phone-numbers/${id}/qr`)).body.qr_code).toEqual(expect.any(String));
    expect((await state(path)).body).toMatchObject({ state: 'lost', qr_code: null, qr_id: null });
    // A new one may be made at once.
    expect(await makeLink(id)).toMatchObject({ status: 201 });
  });

  test('made while the number connects is refused, or ended by it', async () => {
    for (let n = 0; n < 5; n++) {
      const id = await waitingNumber();
      const connects = sql`update phone_numbers set status = 'connected' where id = ${id}`.execute(gateway.database.db);
      const answers = await Promise.all([makeLink(id), makeLink(id), connects, makeLink(id)]);
      expect(await listed(id)).toEqual([]);
      for (const answer of answers) if ('status' in answer) expect([201, 409]).toContain(answer.status);
    }
  });

  test('that ran out, was taken back or never was, or whose number or user is gone: all answer alike', async () => {
    const id = await waitingNumber();
    const expired = await linkPath(id);
    await backdate(expired.linkId, `expires_at = app_now()`);
    const revoked = await linkPath(id);
    expect(await user.api('DELETE', `${linksUrl(id)}/${revoked.linkId}`)).toMatchObject({ status: 200 });
    expect(await user.api('DELETE', `${linksUrl(id)}/${revoked.linkId}`)).toMatchObject({ status: 404 });
    const used = await linkPath(id);
    await backdate(used.linkId, `used_at = app_now() - interval '11 minutes'`);
    const numberGone = await waitingNumber();
    const orphan = await linkPath(numberGone);
    await user.api('DELETE', `/api/phone-numbers/${numberGone}`);
    const unknown = '/share/efs_000000000000000000000000000000000000';
    const refusals = await refusalsOf(unknown);
    expect(refusals.page.status).toBe(404);
    for (const { status, body } of refusals.calls)
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'not_found' });
    for (const path of [
      expired.path,
      revoked.path,
      used.path,
      orphan.path,
      `${expired.path.slice(0, -1)}-`,
      '/share/x',
    ])
      expect(await refusalsOf(path), path).toEqual(refusals);
  });

  test('does not work while its user is suspended, and works again after', async () => {
    const { path } = await linkPath(await waitingNumber());
    const setStatus = (status: string) =>
      sql`update users set status = ${status} where id = ${user.id}`.execute(gateway.database.db);
    await setStatus('suspended');
    expect(await state(path)).toMatchObject({ status: 404 });
    expect(await visit('POST', `${path}/connect`, {})).toMatchObject({ status: 404 });
    await setStatus('active');
    expect(await state(path)).toMatchObject({ status: 200 });
  });

  test('leads to the number wherever it is moved, and to the code of its new backend', async () => {
    const operator = await becomeOperator(gateway);
    const id = await waitingNumber();
    const { path } = await linkPath(id);
    const before = (await state(path)).body.qr_id;
    const moved = await operator.api('POST', `/api/admin/phone-numbers/${id}/move`, {});
    expect(moved).toMatchObject({ status: 200 });
    const { body } = await visit('POST', `${path}/connect`, {});
    expect(body).toMatchObject({ state: 'scan', qr_code: expect.any(String) });
    expect(body.qr_id).not.toBe(before);
    await scanned(id);
    expect((await state(path)).body.state).toBe('connected');
  });

  test('of a number that its backend lost says that it cannot be connected now', async () => {
    const id = await waitingNumber();
    const { path } = await linkPath(id);
    await sql`update phone_numbers set status = 'error', status_reason = 'missing_on_backend', qr_code = null where id = ${id}`.execute(
      gateway.database.db,
    );
    expect((await state(path)).body).toMatchObject({ state: 'broken', qr_code: null });
  });

  test('tells of a backend that fails or is away, and names none', async () => {
    const id = await waitingNumber();
    const { path } = await linkPath(id);
    const { sandbox, name } = await placeOf(gateway, id);
    await sql`update phone_numbers set qr_code = null, qr_digest = null, status = 'disconnected' where id = ${id}`.execute(
      gateway.database.db,
    );
    sandbox.control.setKnobs({
      failures: [{ route: 'GET /instance/connect/', probability: 1, kind: 'http500-before' }],
    });
    const answer = await visit('POST', `${path}/connect`, {});
    expect(answer).toMatchObject({ status: 502, body: { code: 'backend_failed' } });
    expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`127\\.0\\.0\\.1|global-key|${name}`));
  });

  test('refuses to connect with what is no phone number, and gives ten pairing codes at most', async () => {
    const { path } = await linkPath(await waitingNumber());
    for (const body of [
      { pairing_number: '123' },
      { pairing_number: '+62 812' },
      { pairing_number: 62_812 },
      { x: 1 },
      [],
    ]) {
      expect(await visit('POST', `${path}/connect`, body)).toMatchObject({ status: 400 });
    }
    const first = await visit('POST', `${path}/connect`, { pairing_number: '+6281234567890' });
    expect(first).toMatchObject({
      status: 200,
      body: { state: 'scan', pairing_code: expect.stringMatching(/^[A-Z0-9]{8}$/) },
    });
    expect((await state(path)).body.pairing_code).toBe(first.body.pairing_code);
    for (let n = 1; n < 10; n++) {
      const answer = await visit('POST', `${path}/connect`, { pairing_number: '+6281234567890' });
      expect(answer.status).toBe(200);
    }
    expect(await visit('POST', `${path}/connect`, { pairing_number: '6281234567890' })).toMatchObject({
      status: 429,
      body: { code: 'too_many_attempts' },
      headers: { 'retry-after': expect.any(String) },
    });
    expect(await visit('POST', `${path}/connect`, {})).toMatchObject({ status: 200 });
  });

  test('is not to be guessed: an address that tries is slowed, while a link that works does for it as well', async () => {
    const { path } = await linkPath(await waitingNumber());
    const guess = () => visit('GET', `/share/efs_${randomBytes(18).toString('hex')}/state`, undefined, '203.0.113.7');
    const answers = await Promise.all(Array.from({ length: 60 }, guess));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    expect(await guess()).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
    const page = await gateway.app.inject({ url: '/share/x', headers: { 'x-forwarded-for': '203.0.113.7' } });
    expect(page).toMatchObject({ statusCode: 429, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(await visit('GET', `${path}/state`, undefined, '203.0.113.7')).toMatchObject({ status: 200 });
  });

  test('stands in no log line and no recorded request', async () => {
    const id = await waitingNumber();
    const { path } = await linkPath(id);
    const secret = path.split('/').at(-1) ?? '';
    await gateway.app.inject({ url: path });
    await visit('GET', `${path}/state`);
    await visit('POST', `${path}/connect`, {});
    await visit('POST', `${path}/connect`, []);
    await visit('GET', `${path}/nowhere`);
    await visit('POST', `${path}x/connect`, {});
    const recorded = () =>
      gateway.database.db.selectFrom('api_requests').selectAll().where('endpoint', 'like', '/share/%').execute();
    await eventually(async () => (await recorded()).map(({ endpoint }) => endpoint)).toContain('/share/:token/connect');
    expect(JSON.stringify(await recorded())).not.toContain(secret.slice(0, 20));
    expect(gateway.logs.some((line) => line.includes('/share/:token'))).toBe(true);
    expect(gateway.logs.filter((line) => line.includes(secret.slice(0, 20)))).toEqual([]);
  });
});
