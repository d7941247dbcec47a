import type { ContainerCreateOptions } from 'dockerode';
import { type ServerSpec, serverFolder, serverPort } from './server-driver.ts';

export type ContainerSettings = {
  installationId: string;
  /** An existing one; undefined: the engine's default bridge. */
  network: string | undefined;
  /** The machine's address on which ports are published. */
  bindAddress: string;
  /** Processors, such as 1.5. */
  cpus: number;
  memoryBytes: number;
};

export const installationLabel = 'evofleet.installation';
export const rowLabel = 'evofleet.backend';

const processesMax = 512;

/** A container of one server: limited, restarted by the engine, known to us by its labels. */
export function containerOptions(settings: ContainerSettings, spec: ServerSpec): ContainerCreateOptions {
  const { bindAddress, cpus, installationId, memoryBytes, network } = settings;
  const port = `${serverPort}/tcp`;
  return {
    name: spec.name,
    Hostname: spec.name,
    Image: spec.image,
    Env: Object.entries(spec.environment).map(([name, value]) => `${name}=${value}`),
    Labels: { [installationLabel]: installationId, [rowLabel]: spec.rowId },
    ExposedPorts: { [port]: {} },
    HostConfig: {
      PortBindings: { [port]: [{ HostIp: bindAddress, HostPort: String(spec.port) }] },
      ...(network === undefined ? {} : { NetworkMode: network }),
      // So that a server can reach a gateway that runs on the machine itself.
      ExtraHosts: ['host.docker.internal:host-gateway'],
      NanoCpus: Math.round(cpus * 1e9),
      Memory: memoryBytes,
      // Without swap: a server that outgrows its memory is to be restarted, not to crawl.
      MemorySwap: memoryBytes,
      PidsLimit: processesMax,
      RestartPolicy: { Name: 'unless-stopped' },
      Mounts: [{ Type: 'volume', Source: spec.name, Target: serverFolder }],
      SecurityOpt: ['no-new-privileges:true'],
      Init: true,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '5' } },
    },
  };
}
