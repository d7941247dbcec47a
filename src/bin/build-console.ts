import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConsoleFiles } from '../http/console.ts';
import type { Logger } from '../platform/logger.ts';

type State = ReturnType<ConsoleFiles['state']>;

const folder = join(import.meta.dirname, '../../web');
const built = join(folder, 'dist');
const stampName = '.built-from';

/**
 * The files of the console. Where none were built from the present sources, a process beside this one builds them while
 * the gateway answers already; what cannot be built is told on the console's own page.
 */
export function findConsole(logger: Logger): ConsoleFiles & { close(): Promise<void> } {
  let state: State = { kind: 'building' };
  const ending = new AbortController();
  const work = prepare()
    .then((found) => {
      state = found;
      if (found.kind === 'missing') logger.warn({ event: 'console_missing', why: found.why }, 'no console');
    })
    .catch((error: unknown) => {
      state = { kind: 'missing', why: 'The console could not be built; the log says why.' };
      if (!ending.signal.aborted) logger.error({ event: 'console_not_built', err: error }, 'console not built');
    });

  async function prepare(): Promise<State> {
    const hasSources = existsSync(join(folder, 'src'));
    const isBuilt = existsSync(join(built, 'index.html'));
    if (!hasSources) return isBuilt ? { kind: 'ready' } : { kind: 'missing', why: 'This gateway has no console.' };
    const stamp = await stampOf(folder);
    if (isBuilt && (await readFile(join(built, stampName), 'utf8').catch(() => '')) === stamp) return { kind: 'ready' };
    const vite = join(folder, '../node_modules/vite/bin/vite.js');
    if (!existsSync(vite)) {
      return isBuilt
        ? { kind: 'ready' }
        : { kind: 'missing', why: 'The console is not built here, and Vite, which builds it, is not installed.' };
    }
    const startedAt = performance.now();
    await build(vite);
    await writeFile(join(built, stampName), stamp);
    logger.info({ event: 'console_built', ms: Math.round(performance.now() - startedAt) }, 'console built');
    return { kind: 'ready' };
  }

  function build(vite: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [vite, 'build', folder, '--logLevel', 'error'], {
        cwd: join(folder, '..'),
        // Whatever this gateway is for: the other build is for those who write the console, and twice as large.
        env: { ...process.env, NODE_ENV: 'production' },
        stdio: ['ignore', 'ignore', 'pipe'],
        signal: ending.signal,
      });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-4_000);
      });
      child.once('error', reject);
      child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`vite ended with ${code}: ${said}`))));
    });
  }

  return {
    folder: built,
    state: () => state,
    async close() {
      ending.abort();
      await work;
    },
  };
}

/** What the console is made of, as one hash. */
async function stampOf(root: string): Promise<string> {
  const hash = createHash('sha256');
  const names = (await readdir(root, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(join(root, 'dist')))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const name of [...names, join(root, '../package-lock.json')]) {
    hash.update(name.slice(root.length)).update(await readFile(name).catch(() => ''));
  }
  return hash.digest('hex');
}
