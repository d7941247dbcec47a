import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { startSandbox } from '../sandbox/index.ts';
import { generatedSecret } from './data-dir.ts';

export type FoundBackends = {
  backends: { url: string; apiKey: string; isSandbox?: boolean }[];
  areSandboxes: boolean;
  close(): Promise<void>;
};

const sandboxes = 2;

/** The backends of the settings; without any, two simulated ones in this process, whose numbers survive a restart. */
export async function findBackends(config: Config): Promise<FoundBackends> {
  const { evolutionServers, evolutionApiKey = '' } = config;
  const close = async () => {};
  if (evolutionServers !== undefined) {
    return {
      backends: evolutionServers.map(({ url, apiKey = evolutionApiKey }) => ({ url, apiKey })),
      areSandboxes: false,
      close,
    };
  }
  // A process that only serves requests finds the others' backends in the database.
  if (config.role !== 'all') return { backends: [], areSandboxes: false, close };
  const folder = join(resolve(config.dataDir), 'sandbox');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const apiKey = await generatedSecret(config.dataDir, 'sandbox');
  const portsFile = join(folder, 'ports.json');
  const starts = await Promise.allSettled(
    (await portsOf(portsFile)).map((port, index) =>
      startSandbox({ port, apiKey, stateFile: join(folder, `sandbox-${index + 1}.json`) }).catch((error: unknown) => {
        throw isPortTaken(error) ? portTaken(port, portsFile, error) : error;
      }),
    ),
  );
  const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const refused = starts.find((start) => start.status === 'rejected');
  if (refused !== undefined) {
    await Promise.all(started.map((sandbox) => sandbox.close()));
    throw refused.reason;
  }
  return {
    backends: started.map(({ url }) => ({ url, apiKey, isSandbox: true })),
    areSandboxes: true,
    close: async () => void (await Promise.all(started.map((sandbox) => sandbox.close()))),
  };
}

// A backend is known by its URL, so a sandbox must come back on the port it had.
async function portsOf(file: string): Promise<number[]> {
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return JSON.parse(known) as number[];
  const ports = await Promise.all(Array.from({ length: sandboxes }, freePort));
  await writeFile(file, JSON.stringify(ports), { mode: 0o600 });
  return ports;
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function portTaken(port: number, file: string, cause: unknown): Error {
  return new Error(
    `Port ${port} of a sandbox backend is in use. End the program that listens there; or delete ${file}, which gives ` +
      'the sandboxes new ports, and their former phone numbers can send no more.',
    { cause },
  );
}

// Below the ports that systems hand out for outgoing connections, so that nobody gets it by chance later.
async function freePort(): Promise<number> {
  for (;;) {
    const port = 18_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((done) => {
      server.once('error', () => done(false));
      server.listen(port, '127.0.0.1', () => done(true));
    });
    if (!isFree) continue;
    await new Promise((done) => server.close(done));
    return port;
  }
}
