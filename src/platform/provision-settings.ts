import { isIP } from 'node:net';
import type { createSettingsReader } from './settings.ts';

/** How servers are started beside those of the settings. */
export type ProvisionSettings = {
  driver: 'none' | 'docker';
  /** The container engine's socket, or its address. */
  engine: { socketPath: string } | { host: string; port: number };
  image: string;
  network: string | undefined;
  /** Address of the engine's machine on which ports are published. */
  bindAddress: string;
  ports: { from: number; to: number };
  /** Where they are reached, with `{name}` and `{port}` in it. */
  serverUrl: string;
  freeCapacityMin: number;
  backendsMax: number;
  capacity: number;
  cpus: number;
  memoryBytes: number;
  /** Under which each gets a database of its own; undefined: none is made. */
  databaseUrl: string | undefined;
  databaseHost: string | undefined;
  /** Further settings of the servers. */
  environment: Record<string, string>;
  keepDataMs: number;
};

type Reader = ReturnType<typeof createSettingsReader>;

const million = 1_000_000;
const hourMs = 3_600_000;

/** PROVISIONER, DOCKER_HOST and PROVISION_…. */
export function readProvisioning(read: Reader): ProvisionSettings {
  const driver = read.oneOf('PROVISIONER', ['none', 'docker']) ?? 'none';
  const engine = engineOf(read.text('DOCKER_HOST') ?? 'unix:///var/run/docker.sock');
  // The variable may be there for other programs.
  if (engine === undefined && driver === 'docker')
    read.problem('DOCKER_HOST', 'must be unix:///path/of/the.sock or tcp://host:port');
  return {
    driver,
    engine: engine ?? { socketPath: '/var/run/docker.sock' },
    image: read.text('PROVISION_IMAGE') ?? 'evoapicloud/evolution-api:v2.3.6',
    network: read.text('PROVISION_NETWORK'),
    bindAddress: bindAddressOf(read),
    ports: portsOf(read),
    serverUrl: serverUrlOf(read),
    freeCapacityMin: read.integer('PROVISION_FREE_CAPACITY_MIN', { min: 0, max: million }) ?? 20,
    backendsMax: read.integer('PROVISION_BACKENDS_MAX', { min: 0, max: 1_000 }) ?? 5,
    capacity: read.integer('PROVISION_CAPACITY', { min: 1, max: 100_000 }) ?? 100,
    cpus: cpusOf(read),
    memoryBytes: memoryOf(read),
    databaseUrl: read.url('PROVISION_DATABASE_URL', ['postgres:', 'postgresql:']),
    databaseHost: databaseHostOf(read),
    environment: environmentOf(read),
    keepDataMs: (read.integer('PROVISION_KEEP_DATA', { min: 0, max: 87_600 }) ?? 24) * hourMs,
  };
}

function engineOf(address: string): ProvisionSettings['engine'] | undefined {
  const [, socketPath] = /^unix:\/\/(\/.+)$/.exec(address) ?? [];
  if (socketPath !== undefined) return { socketPath };
  if (!/^(tcp|http):\/\//.test(address) || !URL.canParse(address)) return undefined;
  const { hostname, port } = new URL(address.replace(/^tcp/, 'http'));
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 2375 : Number(port) };
}

function bindAddressOf(read: Reader): string {
  const address = read.text('PROVISION_BIND') ?? '127.0.0.1';
  if (isIP(address) === 0) read.problem('PROVISION_BIND', `"${address}" is not an IP address`);
  return address;
}

function portsOf(read: Reader): { from: number; to: number } {
  const text = read.text('PROVISION_PORTS') ?? '4000-4999';
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(text)?.map(Number) ?? [];
  if (from !== undefined && to !== undefined && from >= 1 && from <= to && to <= 65_535) return { from, to };
  read.problem('PROVISION_PORTS', `"${text}" is not a range of ports such as 4000-4999`);
  return { from: 4_000, to: 4_999 };
}

function serverUrlOf(read: Reader): string {
  const template = (read.text('PROVISION_SERVER_URL') ?? 'http://127.0.0.1:{port}').replace(/\/+$/, '');
  const example = template.replaceAll('{name}', 'name').replaceAll('{port}', '4000');
  const isUrl = URL.canParse(example) && /^https?:$/.test(new URL(example).protocol);
  if (!isUrl || example === template)
    read.problem('PROVISION_SERVER_URL', `"${template}" is not a URL with {port} or {name} in it`);
  return template;
}

function cpusOf(read: Reader): number {
  const text = read.text('PROVISION_CPUS') ?? '1';
  const cpus = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && cpus >= 0.01 && cpus <= 1_024) return cpus;
  read.problem('PROVISION_CPUS', `"${text}" is not a number of processors such as 0.5 or 2`);
  return 1;
}

function memoryOf(read: Reader): number {
  const text = read.text('PROVISION_MEMORY') ?? '1g';
  const [, number, unit = ''] = /^(\d{1,9})([mg])b?$/i.exec(text) ?? [];
  const bytes = Number(number) * (unit.toLowerCase() === 'g' ? 2 ** 30 : 2 ** 20);
  if (bytes >= 64 * 2 ** 20) return bytes;
  read.problem('PROVISION_MEMORY', `"${text}" is not an amount such as 512m or 1g, of 64m at least`);
  return 2 ** 30;
}

function databaseHostOf(read: Reader): string | undefined {
  const host = read.text('PROVISION_DATABASE_HOST');
  if (host !== undefined && !/^(\[[\da-f:]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host))
    read.problem('PROVISION_DATABASE_HOST', `"${host}" is not a host or host:port`);
  return host;
}

function environmentOf(read: Reader): Record<string, string> {
  const environment = read.json('PROVISION_ENV');
  if (environment === undefined) return {};
  const entries = environment !== null && typeof environment === 'object' ? Object.entries(environment) : undefined;
  const isFine = entries?.every(([name, value]) => /^[A-Za-z_]\w*$/.test(name) && typeof value === 'string');
  if (isFine === true && !Array.isArray(environment)) return environment as Record<string, string>;
  read.problem('PROVISION_ENV', 'must be a JSON object of names and texts: {"LANGUAGE": "en"}');
  return {};
}
