import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './wait.ts';

const binary = ['nginx', '/usr/sbin/nginx'].find((path) => spawnSync(path, ['-v']).status === 0);
export const hasNginx = binary !== undefined;

/**
 * The real nginx on a copy of nginx/, in front of several gateways. The line that needs Docker's name server is replaced
 * by their addresses, which is what it would resolve to.
 */
export async function startNginx(ports: readonly number[]): Promise<{ url: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  // Started as root, nginx writes as another user.
  chmodSync(folder, 0o755);
  const port = await freePort();
  cpSync('nginx', join(folder, 'conf'), { recursive: true });
  const file = join(folder, 'conf/nginx.conf');
  const servers = ports.map((each) => `server 127.0.0.1:${each} fail_timeout=2s;`).join('\n        ');
  let conf = readFileSync(file, 'utf8');
  for (const [from, to] of [
    ['server saas-api:3000 resolve fail_timeout=2s;', servers],
    ['listen 80 default_server;', `listen 127.0.0.1:${port} default_server;`],
    ['pid /run/nginx.pid;', `pid ${folder}/nginx.pid;`],
    ['_temp_path /tmp/', `_temp_path ${folder}/`],
    ['access_log /dev/stdout requests;', `access_log ${folder}/access.log requests;`],
  ] as const) {
    if (!conf.includes(from)) throw new Error(`nginx.conf has no "${from}"`);
    conf = conf.replaceAll(from, to);
  }
  writeFileSync(file, conf);
  const child: ChildProcess = spawn(binary ?? 'nginx', ['-p', folder, '-c', file, '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await until('nginx', 10_000, async () => {
    if (child.exitCode !== null) throw new Error('nginx ended');
    await fetch(url);
    return true;
  });
  return {
    url,
    async close() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
