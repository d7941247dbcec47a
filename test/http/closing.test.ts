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
