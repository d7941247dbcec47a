import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { describe } from 'vitest';

const dockerd = ['/usr/bin/dockerd', '/usr/sbin/dockerd'].find((path) => existsSync(path));

const isMissing = dockerd === undefined || process.getuid?.() !== 0;

/** Runs where a container engine can be started; needs Debian's docker.io and root. */
export const describeWithEngine = describe.skipIf(isMissing);
/** The same, with LONG=1 alone. */
export const describeLongWithEngine = describe.skipIf(isMissing || process.env.LONG !== '1');

export type ContainerEngine = {
  socketPath: string;
  docker: Docker;
  /** A network of its own, and the machine's address in it. */
  network: string;
  machine: string;
  close(): Promise<void>;
};

// A range that hardly any machine has in use.
const subnet = '10.231.77.0/24';
const machine = '10.231.77.1';

/** A Docker Engine of the test's own: it touches neither another engine's data nor the machine's firewall. */
export async function startContainerEngine(): Promise<ContainerEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'evofleet-dockerd-'));
  const socketPath = join(folder, 'docker.sock');
  const log: string[] = [];
  const child = spawn(
    dockerd ?? 'dockerd',
    [
      `--data-root=${join(folder, 'data')}`,
      `--exec-root=${join(folder, 'exec')}`,
      `--pidfile=${join(folder, 'pid')}`,
      `--host=unix://${socketPath}`,
      '--bridge=none',
      '--iptables=false',
      `--host-gateway-ip=${machine}`,
      '--log-level=warn',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => log.push(String(text)));
  const docker = new Docker({ socketPath });
  const network = 'evofleet-test';
  try {
    await answers(docker, child, log);
    await docker.createNetwork({
      Name: network,
      Driver: 'bridge',
      IPAM: { Driver: 'default', Config: [{ Subnet: subnet, Gateway: machine }] },
    });
  } catch (error) {
    await end(child, folder);
    throw error;
  }
  return {
    socketPath,
    docker,
    network,
    machine,
    async close() {
      for (const { Id } of await docker.listContainers({ all: true })) {
        await docker.getContainer(Id).remove({ force: true, v: true });
      }
      // Its bridge is a device of the machine.
      await docker.getNetwork(network).remove();
      await end(child, folder);
    },
  };
}

async function answers(docker: Docker, child: ChildProcess, log: readonly string[]): Promise<void> {
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries > 600) throw new Error(`dockerd has not started:\n${log.join('')}`);
    const isThere = await docker.ping().then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
