import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openSecondPort } from '../../src/http/second-port.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

test('a second port answers like the first one, and closes with the last answer', async () => {
  const second = await openSecondPort(gateway.app, { host: '127.0.0.1', port: 0, withinMs: () => 5_000 });
  const url = `http://127.0.0.1:${second.port}`;
  const user = await gateway.signUp();
  const answer = await fetch(`${url}/api/v1/auth/me`, { headers: { 'x-api-key': user.apiKey } });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ data: { user: { email: user.email } } });
  expect((await fetch(`${url}/api-docs/json`)).status).toBe(200);
  expect((await fetch(`${url}/nowhere`)).status).toBe(404);

  const socket = connect(second.port, '127.0.0.1');
  socket.write('no HTTP\r\n\r\n');
  const [bytes] = await once(socket, 'data');
  expect(String(bytes)).toMatch(/^HTTP\/1\.1 400 /);
  socket.destroy();

  const creating = fetch(`${url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'x-api-key': user.apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({ session_name: 'at the last moment' }),
  });
  await vi.waitFor(async () => {
    const { rows } = await gateway.database.pool.query('select id from phone_numbers');
    expect(rows).toHaveLength(1);
  });
  const [{ status }] = await Promise.all([creating, second[Symbol.asyncDispose]()]);
  expect(status).toBe(201);
  await expect(fetch(url)).rejects.toThrow();
});
