import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort } from '../support/free-port.ts';

const binary = ['nginx', '/usr/sbin/nginx'].find((path) => spawnSync(path, ['-v']).status === 0);
export const hasNginx = binary !== undefined;

/**
 * The real nginx on a copy of nginx/, on loopback and in a folder of its own. The one line that needs Docker's name
 * server (and nginx 1.27.3) is replaced by the address of `upstreamPort`.
 */
export async function startNginx(
  upstreamPort: number,
): Promise<{ url: string; accessLog(): string; close(): Promise<void> }> {
  // Started as root, nginx writes as another user, who may be unable to enter a TMPDIR.
  const folder = mkdtempSync('/tmp/evofleet-test-nginx-');
  chmodSync(folder, 0o755);
  const port = await freePort();
  cpSync('nginx', join(folder, 'conf'), { recursive: true });
  const file = join(folder, 'conf/nginx.conf');
  const conf = [
    ['server saas-api:3000 resolve fail_timeout=2s;', `server 127.0.0.1:${upstreamPort};`],
    ['listen 80 default_server;', `listen 127.0.0.1:${port} default_server;`],
    ['pid /run/nginx.pid;', `pid ${folder}/nginx.pid;`],
    ['_temp_path /tmp/', `_temp_path ${folder}/`],
    ['access_log /dev/stdout requests;', `access_log ${folder}/access.log requests;`],
  ].reduce(
    (text, [from = '', to = '']) => {
      if (!text.includes(from)) throw new Error(`nginx.conf has no "${from}"`);
      return text.replaceAll(from, to);
    },
    readFileSync(file, 'utf8'),
  );
  writeFileSync(file, conf);

  const child: ChildProcess = spawn(binary ?? 'nginx', ['-p', folder, '-c', file, '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr?.on('data', (chunk) => {
    complaint += chunk;
  });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await vi.waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(`nginx ended: ${complaint}`);
      await fetch(url);
    },
    { timeout: 10_000 },
  );
  return {
    url,
    accessLog: () => readFileSync(join(folder, 'access.log'), 'utf8'),
    async close() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
