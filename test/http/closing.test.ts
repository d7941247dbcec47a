import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import Fastify from 'fastify';
import { expect, test, vi } from 'vitest';
import { registerCloseIdle } from '../../src/http/close-idle.ts';
import { registerProblemDetails } from '../../src/http/problem-details.ts';

test('closing waits for the answer on its way and not for its kept-alive connection', async () => {
  const app = Fastify({ forceCloseConnections: 'idle', keepAliveTimeout: 65_000 });
  registerCloseIdle(app);
  const rest = Promise.withResolvers<void>();
  app.get('/', async (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200).write('first half, ');
    await rest.promise;
    reply.raw.end('second half');
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true });
  const [response] = await once(request(url, { agent }).end(), 'response');
  const closed = app.close();
  await vi.waitUntil(() => !app.server.listening);
  rest.resolve();
  expect(await text(response)).toBe('first half, second half');
  const startedAt = performance.now();
  await closed;
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  agent.destroy();
});

test('who is connected when closing begins is answered once more, and told to leave; nobody else comes in', async () => {
  const app = Fastify({ forceCloseConnections: 'idle', return503OnClosing: false, keepAliveTimeout: 65_000 });
  registerCloseIdle(app, { leave: { quietMs: 2_000, mostMs: 5_000 } });
  app.get('/', async () => 'here');
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async () => {
    const [response] = await once(request(url, { agent }).end(), 'response');
    return { said: await text(response), connection: response.headers.connection };
  };
  expect(await ask()).toEqual({ said: 'here', connection: 'keep-alive' });
  const closed = app.close();
  await vi.waitUntil(() => !app.server.listening);
  expect(await ask()).toEqual({ said: 'here', connection: 'close' });
  await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const startedAt = performance.now();
  await closed;
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  agent.destroy();
});

test('a caller who goes away while talking is no trouble of the database, a lost database connection is', async () => {
  const app = Fastify();
  registerProblemDetails(app);
  app.get('/caller', async () => {
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET', statusCode: 400 });
  });
  app.get('/database', async () => {
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  });
  expect((await app.inject('/caller')).json()).toMatchObject({ status: 400, code: 'invalid_json' });
  expect((await app.inject('/database')).json()).toMatchObject({ status: 503, code: 'database_unavailable' });
});
