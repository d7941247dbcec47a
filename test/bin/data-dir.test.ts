import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claimDataDir, findRunningDatabase, generatedSecret, publishDatabase } from '../../src/bin/data-dir.ts';
import { startChild, temporaryFolder } from './embedded-support.ts';

test('a second claim is refused in one line that names the folder and the holder', async () => {
  const dataDir = temporaryFolder();
  const holder = startChild('claim', dataDir);
  await holder.said('claimed');
  const refusal = await claimDataDir(dataDir).catch((error: Error) => error.message);
  expect(refusal).toBe(
    `DATA_DIR ${dataDir} is in use by process ${holder.process.pid}. Stop that one first, or choose another DATA_DIR.`,
  );
});

test('a claim ends at once with kill -9 of its holder', async () => {
  const dataDir = temporaryFolder();
  const holder = startChild('claim', dataDir);
  await holder.said('claimed');
  holder.process.kill('SIGKILL');
  await holder.gone;
  const claim = await claimDataDir(dataDir);
  await claim.release();
  const again = await claimDataDir(dataDir);
  await again.release();
});

test('of ten processes at once exactly one gets the folder, and all get the same secret', async () => {
  const dataDir = join(temporaryFolder(), 'new', 'data');
  const children = Array.from({ length: 10 }, () => startChild('claim', dataDir));
  const outcomes = await Promise.all(
    children.map((child) => Promise.any([child.said('claimed'), child.said('refused')])),
  );
  const winner = children[outcomes.indexOf('')];
  expect(outcomes.filter((outcome) => outcome === '')).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome.includes(`is in use by process ${winner?.process.pid}.`))).toHaveLength(
    9,
  );
  const secrets = await Promise.all(children.map((child) => child.said('secret')));
  expect(new Set(secrets).size).toBe(1);
  expect(Buffer.from(secrets[0] ?? '', 'base64url').length).toBeGreaterThanOrEqual(32);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
});

test('a secret is made once, for its user alone', async () => {
  const dataDir = temporaryFolder();
  const secret = await generatedSecret(dataDir, 'encryption');
  expect(await generatedSecret(dataDir, 'encryption')).toBe(secret);
  expect(await generatedSecret(dataDir, 'jwt')).not.toBe(secret);
  expect(statSync(join(dataDir, 'encryption.secret')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(dataDir, 'encryption.secret'), 'utf8').trim()).toBe(secret);
  expect(readdirSync(dataDir).sort()).toEqual(['encryption.secret', 'jwt.secret']);
});

test('the published database is found until the claim ends', async () => {
  const dataDir = temporaryFolder();
  const claim = await claimDataDir(dataDir);
  await publishDatabase(dataDir, 'postgres://somewhere/evolution');
  expect(await findRunningDatabase(dataDir)).toBe('postgres://somewhere/evolution');
  await claim.release();
  expect(await findRunningDatabase(dataDir)).toBeUndefined();
});
