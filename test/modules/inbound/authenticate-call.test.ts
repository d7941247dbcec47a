import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthenticateCall } from '../../../src/modules/inbound/authenticate-call.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { eventually, type InboundTest, ids, startInbound } from './support.ts';

let t: InboundTest;
beforeAll(async () => {
  t = await startInbound({ isIdle: true });
});
afterAll(() => t.close());

type LogLine = { event: string; ip: string };

/** The check of one process, with what it logs and how often it asks the database. */
function startChecking() {
  const logs: LogLine[] = [];
  const logger = createLogger({ level: 'info', destination: { write: (line) => logs.push(JSON.parse(line)) } });
  const { db, pool } = t.database.connect();
  let lookups = 0;
  pool.on('acquire', () => lookups++);
  const check = createAuthenticateCall({ db, clock: systemClock, logger });
  const unknownId = () => ids.base62(22);
  const codeOf = (secretId: string, ip: string) =>
    check(secretId, 'Bearer wrong', ip).then(
      () => 'accepted',
      (error: { code: string }) => error.code,
    );
  return {
    check,
    codeOf,
    unknownId,
    lookups: () => lookups,
    logged: (event: string) => logs.filter((line) => line.event === event),
    async refuse(times: number, ip: string) {
      for (let n = 0; n < times; n++) expect(await codeOf('!', ip)).toBe('unauthenticated');
    },
  };
}

test('wrong secrets are counted per network address: 60 log lines a minute, then one that says so', async () => {
  const { refuse, logged } = startChecking();
  await refuse(50, '2001:db8:1:2::1');
  await refuse(50, '2001:db8:1:2::2');
  expect(logged('inbound_secret_refused').length).toBe(60);
  expect(logged('inbound_secrets_throttled')).toEqual([expect.objectContaining({ ip: '2001:db8:1:2::2' })]);
  await refuse(1, '2001:db8:1:3::1');
  expect(logged('inbound_secret_refused').length).toBe(61);
});

test('a good secret is accepted from an address with too many wrong ones', async () => {
  const { refuse, check } = startChecking();
  const number = await t.makeNumber();
  await refuse(100, '192.0.2.1');
  expect(await check(number.secretId, `Bearer ${number.secret}`, '192.0.2.1')).toMatchObject({
    phoneNumberId: number.id,
  });
});

test('an id that does not exist is looked up once in a while, however often it calls', async () => {
  const { codeOf, unknownId, lookups } = startChecking();
  const id = unknownId();
  for (let n = 0; n < 50; n++) expect(await codeOf(id, '192.0.2.1')).toBe('unauthenticated');
  expect(lookups()).toBe(1);
});

test('an address with too many wrong secrets looks up one at a time, and others do not wait for it', async () => {
  const { refuse, codeOf, unknownId, lookups } = startChecking();
  await refuse(61, '192.0.2.1');
  const locker = await t.database.connect().pool.connect();
  await locker.query('begin');
  await locker.query('lock table inbound_secrets in access exclusive mode');
  const guesses = Array.from({ length: 70 }, () => codeOf(unknownId(), '192.0.2.1'));
  const fromElsewhere = codeOf(unknownId(), '192.0.2.2');
  await eventually(lookups).toBe(2);
  await locker.query('rollback');
  locker.release();
  const codes = await Promise.all(guesses);
  expect(codes.filter((code) => code === 'overloaded').length).toBe(5);
  expect(codes.filter((code) => code === 'unauthenticated').length).toBe(65);
  expect(await fromElsewhere).toBe('unauthenticated');
});
