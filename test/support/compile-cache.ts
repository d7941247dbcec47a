import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/**
 * A folder for NODE_COMPILE_CACHE with all of the product in it, so that a program which a test starts takes half the
 * CPU to come up. Most of them end by SIGKILL and would leave nothing for the next one. Filled once per clean checkout.
 */
export async function ensureCompileCache(): Promise<string> {
  const folder = join(root, 'node_modules/.cache/evofleet-compile');
  if ((await stat(folder).catch(() => undefined)) !== undefined) return folder;
  await mkdir(join(folder, '..'), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  // It loads everything, says what is wrong with this setting, and ends in good order: only then is the cache written.
  const child = spawn(process.execPath, ['src/bin/gateway.ts'], {
    cwd: root,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: draft, PORT: 'none' },
  });
  await once(child, 'exit');
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
  return folder;
}
