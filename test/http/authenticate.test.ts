import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import { registerAuthenticate } from '../../src/http/authenticate.ts';
import { createLogger } from '../../src/platform/logger.ts';

type LogLine = { event?: string; level?: string; ip?: string };

/** The warnings of a server that was asked twice with the header that proxies set. */
async function warningsOf(options: { trustProxy: boolean; forwardedFor?: string }): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const logger = createLogger({ level: 'warn', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const app: FastifyInstance = Fastify({ loggerInstance: logger as FastifyBaseLogger, trustProxy: options.trustProxy });
  registerAuthenticate(app, {
    resolveApiKey: async () => null,
    resolveAccessToken: async () => null,
    checkGuesses: async () => {},
    noteFailedGuess: async () => {},
  });
  app.get('/open', { config: { auth: 'none' } }, async () => ({}));
  const headers = options.forwardedFor === undefined ? {} : { 'x-forwarded-for': options.forwardedFor };
  for (let n = 0; n < 2; n++) expect((await app.inject({ url: '/open', headers })).statusCode).toBe(200);
  await app.close();
  return lines;
}

test('a proxy that is not trusted is told of once', async () => {
  expect(await warningsOf({ trustProxy: false, forwardedFor: '198.51.100.7' })).toEqual([
    expect.objectContaining({ event: 'proxy_not_trusted', level: 'warn', ip: '127.0.0.1' }),
  ]);
});

test('where a proxy is trusted, or none is there, nothing is told', async () => {
  expect(await warningsOf({ trustProxy: true, forwardedFor: '198.51.100.7' })).toEqual([]);
  expect(await warningsOf({ trustProxy: false })).toEqual([]);
});
