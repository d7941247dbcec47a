import type Docker from 'dockerode';
import { type ContainerSettings, containerOptions, installationLabel, rowLabel } from './docker-container.ts';
import { createImageFetcher } from './docker-image.ts';
import { EngineError, type EngineServer, type ServerDriver, type ServerUsage } from './server-driver.ts';

export type DockerSettings = ContainerSettings & {
  /** A socket's path, or an address. */
  engine: { socketPath: string } | { host: string; port: number };
};

// Without a word for so long, a call is given up.
const callWithinMs = 60_000;
// How long a server has to end by itself.
const endWithinSeconds = 10;

/** Containers by the Docker Engine API, 1.41 (20.10) or newer. Every call has a deadline. */
export async function createDockerDriver(settings: DockerSettings): Promise<ServerDriver> {
  // Large, and needed in this one process alone.
  const { default: Docker } = await import('dockerode');
  const address: Docker.DockerOptions =
    'socketPath' in settings.engine ? settings.engine : { ...settings.engine, protocol: 'http' };
  const docker = new Docker({ ...address, timeout: callWithinMs });
  // Fetching is silent for minutes while it unpacks.
  const prepareImage = createImageFetcher(docker, new Docker(address));

  async function find(name: string): Promise<Docker.ContainerInspectInfo | undefined> {
    return unlessMissing(docker.getContainer(name).inspect());
  }

  async function requireOurs(
    name: string,
    rowId: string | undefined,
  ): Promise<Docker.ContainerInspectInfo | undefined> {
    const found = await find(name);
    const labels = found?.Config.Labels ?? {};
    const isOurs = labels[installationLabel] === settings.installationId;
    if (found !== undefined && !(isOurs && (rowId === undefined || labels[rowLabel] === rowId))) {
      throw new EngineError('refused', `a container that is not ours has the name ${name}`);
    }
    return found;
  }

  async function remove(name: string): Promise<void> {
    const found = await requireOurs(name, undefined);
    if (found === undefined) return;
    const container = docker.getContainer(found.Id);
    if (found.State.Running) {
      await unlessMissing(container.stop({ t: endWithinSeconds }).catch(unlessDone));
    }
    await unlessMissing(container.remove({ force: true }).catch(unlessDone));
  }

  return {
    name: 'docker',
    canStart: true,
    prepareImage: (image) => translated(prepareImage(image)),

    list: () =>
      translated(
        docker
          .listContainers({
            all: true,
            filters: { label: [`${installationLabel}=${settings.installationId}`] },
          })
          .then((containers) => containers.flatMap(serverOf)),
      ),

    start: (spec) =>
      translated(async () => {
        const found = await requireOurs(spec.name, spec.rowId);
        if (found?.State.Running) return { engineId: found.Id };
        // It may be left from a start that was broken off, with settings that have changed since.
        if (found !== undefined) await remove(spec.name);
        const labels = { [installationLabel]: settings.installationId, [rowLabel]: spec.rowId };
        await docker.createVolume({ Name: spec.name, Labels: labels });
        const container = await docker.createContainer({ ...containerOptions(settings, spec) });
        await container.start();
        return { engineId: container.id };
      }),

    remove: (name) => translated(remove(name)),

    removeVolume: (name) =>
      translated(async () => {
        const volume = docker.getVolume(name);
        const found = await unlessMissing(volume.inspect());
        if (found === undefined) return;
        if (found.Labels?.[installationLabel] !== settings.installationId) {
          throw new EngineError('refused', `a volume that is not ours has the name ${name}`);
        }
        await unlessMissing(volume.remove());
      }),

    usage: (name) =>
      translated(async () => {
        const stats = await unlessMissing(docker.getContainer(name).stats({ stream: false, 'one-shot': true }));
        return stats === undefined ? undefined : usageOf(stats);
      }),
  };
}

function serverOf(container: Docker.ContainerInfo): EngineServer[] {
  const rowId = container.Labels[rowLabel];
  const name = container.Names[0]?.replace(/^\//, '');
  if (rowId === undefined || name === undefined) return [];
  const isRunning = ['running', 'restarting', 'paused'].includes(container.State);
  return [{ rowId, name, engineId: container.Id, isRunning }];
}

function usageOf(stats: Docker.ContainerStats): ServerUsage | undefined {
  const { usage, limit, stats: details } = stats.memory_stats;
  if (usage === undefined) return undefined;
  // What is only cached from files is given back when it is needed; the name differs by the version of cgroups.
  const cached = details?.inactive_file ?? details?.total_inactive_file ?? 0;
  return {
    cpuNs: stats.cpu_stats.cpu_usage.total_usage,
    readAtMs: Date.parse(stats.read),
    memoryBytes: Math.max(0, usage - cached),
    memoryLimitBytes: limit,
  };
}

async function translated<T>(work: Promise<T> | (() => Promise<T>)): Promise<T> {
  try {
    return await (typeof work === 'function' ? work() : work);
  } catch (error) {
    throw engineErrorOf(error);
  }
}

function engineErrorOf(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const message = error instanceof Error ? error.message : 'the engine failed';
  if (statusOf(error) === undefined) return new EngineError('unreachable', message, { cause: error });
  // The engine says it in words alone, and differently by who found out.
  const isPortTaken = /port is already allocated|address already in use|ports are not available/i.test(message);
  return new EngineError(isPortTaken ? 'port_taken' : 'refused', message.slice(0, 500), { cause: error });
}

function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
}

// Stopped already (304), or being removed by an earlier call (409).
function unlessDone(error: unknown): void {
  const status = statusOf(error);
  if (status !== 304 && !(status === 409 && /already in progress/.test(String(error)))) throw error;
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}
