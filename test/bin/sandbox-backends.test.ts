import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findBackends } from '../../src/bin/sandbox-backends.ts';
import { parseConfig } from '../../src/config.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'evofleet-sandboxes-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

test('sandboxes come back on the ports they had', async () => {
  const config = parseConfig({ DATA_DIR: dataDir });
  const first = await findBackends(config);
  await first.close();
  const second = await findBackends(config);
  await second.close();
  expect(second.backends).toEqual(first.backends);
});

test('a port that somebody else took meanwhile is named, with the file it comes from and what helps', async () => {
  const config = parseConfig({ DATA_DIR: dataDir });
  const stranger = createServer().listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const address = stranger.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  const portsFile = join(dataDir, 'sandbox', 'ports.json');
  await mkdir(join(dataDir, 'sandbox'));
  await writeFile(portsFile, JSON.stringify([0, taken]));
  const refusal = await findBackends(config).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({ message: expect.stringMatching(`^Port ${taken} of a sandbox backend is in use`) });
  expect(refusal).toMatchObject({ message: expect.stringContaining(`delete ${portsFile}`) });

  // The cure as it was told.
  await rm(portsFile);
  const cured = await findBackends(config);
  await cured.close();
  expect(JSON.parse(await readFile(portsFile, 'utf8'))).toHaveLength(2);
  stranger.close();
});
