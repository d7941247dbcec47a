import { expect, test } from 'vitest';
import { createPasswords, requireGoodPassword } from '../../../src/modules/users/passwords.ts';

test('a hash is argon2id with 19 MiB, 2 passes and 1 lane, and fits its password only', async () => {
  const passwords = createPasswords();
  const hash = await passwords.hash('SecurePass123!');
  const [, algorithm, version, cost = ''] = hash.split('$');
  expect([algorithm, version, ...cost.split(',').sort()]).toEqual(['argon2id', 'v=19', 'm=19456', 'p=1', 't=2']);
  expect(await passwords.verify(hash, 'SecurePass123!')).toBe(true);
  expect(await passwords.verify(hash, 'SecurePass123')).toBe(false);
  expect(await passwords.verify(undefined, 'SecurePass123!')).toBe(false);
});

test('one password typed on two keyboards is one password', async () => {
  const passwords = createPasswords();
  const hash = await passwords.hash('caf\u00e9 au lait');
  expect(await passwords.verify(hash, 'cafe\u0301 au lait')).toBe(true);
});

test('two turns run at once, 64 wait, and the next one is answered overloaded', async () => {
  const { inTurn } = createPasswords();
  const ends: (() => void)[] = [];
  let running = 0;
  let runningMax = 0;
  const work = async () => {
    runningMax = Math.max(runningMax, ++running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running--;
  };
  const turns = Array.from({ length: 66 }, () => inTurn(work));
  await expect(inTurn(work)).rejects.toMatchObject({ code: 'overloaded', kind: 'unavailable', retryAfterSeconds: 2 });
  for (let ended = 0; ended < 66; ended++) {
    while (ends.length <= ended) await new Promise(setImmediate);
    ends[ended]?.();
  }
  await Promise.all(turns);
  expect(runningMax).toBe(2);
});

test('a turn that fails hands on its place', async () => {
  const { inTurn } = createPasswords({ atOnce: 1 });
  const failing = inTurn(() => Promise.reject(new Error('no')));
  const next = inTurn(async () => 'ran');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('ran');
  expect(await inTurn(async () => 'ran too')).toBe('ran too');
});

test.each([
  ['1234567', false],
  ['12345678', true],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
  ['🔑'.repeat(128), true],
  ['🔑'.repeat(129), false],
  ['x'.repeat(1_000_000), false],
])('%.12s… is good: %s', (password, isGood) => {
  const check = () => requireGoodPassword(password);
  if (isGood) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ code: 'weak_password' }));
});
