import { expect, test } from 'vitest';
import { createLogger } from '../../src/platform/logger.ts';

function written(error: unknown): Record<string, unknown> {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  logger.error({ event: 'failed', err: error }, 'failed');
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

test('an error is logged with its words, its code and its causes', () => {
  const error = Object.assign(new Error('no answer', { cause: new Error('it was away') }), { code: 'ECONNRESET' });
  expect(written(error)).toMatchObject({
    event: 'failed',
    err: {
      type: 'Error',
      message: 'no answer: it was away',
      code: 'ECONNRESET',
      stack: expect.stringContaining('it was away'),
    },
  });
});

test('what libraries hang on their errors stays out of the log', () => {
  const ofRedis = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['default', 'pass-4711'] } });
  const ofPostgres = Object.assign(new Error('violates check constraint'), {
    code: '23514',
    constraint: 'messages_status_check',
    detail: 'Failing row contains (628123456789, hello-4711).',
    where: 'COPY messages, line 1: "hello-4711"',
  });
  for (const error of [ofRedis, ofPostgres, new AggregateError([ofRedis, ofPostgres], 'both')]) {
    expect(JSON.stringify(written(error))).not.toMatch(/4711|628123456789/);
  }
  expect(written(ofPostgres).err).toMatchObject({ code: '23514', constraint: 'messages_status_check' });
});

test('each error of a joint one is told', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
  expect(written(new AggregateError([refused]))).toMatchObject({ err: { errors: [{ code: 'ECONNREFUSED' }] } });
});
