import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  BACKEND_DELAY_MS,
  type Backend,
  type Contender,
  createLines,
  direct,
  nginxMissing,
  startBackend,
  startForwarder,
  startNaive,
  startNginx,
} from './contenders.ts';
import { gatewayMissing, startGateway } from './gateway.ts';
import { measure, type Sample, Totals } from './measure.ts';
import { type ContenderName, type Options, parseOptions, USAGE } from './options.ts';
import { type Cluster, fileSystem, readSettings, startPostgres } from './postgres.ts';
import type { Ground } from './processes.ts';
import { profileFlags, summariseProfile } from './profile.ts';
import { cpuTable, mediansOf, table, targets } from './report.ts';
import { summariseStatements } from './statements.ts';
import { fdatasyncMs, machine } from './usage.ts';

const root = join(import.meta.dirname, '..');
const abort = new AbortController();
const fail = (error: Error) => abort.abort(error);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => fail(new Error(signal)));

try {
  const options = readOptions();
  if (options === undefined) console.log(USAGE);
  else await bench(options);
} catch (error) {
  console.error(`\nThe bench failed: ${error instanceof Error ? withCauses(error) : error}`);
  process.exitCode = 1;
}

async function bench(options: Options): Promise<void> {
  await using ending = new AsyncDisposableStack();
  const scratch = await mkdtemp(join(options.data, 'evofleet-bench-'));
  ending.defer(() => rm(scratch, { recursive: true, force: true }));
  await chmod(scratch, 0o711);
  const ground: Ground = { scratch, signal: abort.signal, fail };

  const disk = { fileSystem: await fileSystem(scratch), fdatasyncMs: fdatasyncMs(scratch) };
  const cluster = ending.use(await startPostgres(ground, options));
  const settings = await readSettings(cluster);
  const backend = ending.use(await startBackend(ground));
  const where = machine(root);
  console.log(
    `${where.cpu}, ${where.cores} cores, ${where.memoryGiB} GiB, Linux ${where.kernel}, Node ${where.node}, commit ${where.commit}`,
  );
  console.log(
    `Postgres from ${cluster.programs} on ${disk.fileSystem}, fdatasync of 8 KiB ${disk.fdatasyncMs.toFixed(2)} ms:`,
  );
  console.log(
    `  ${Object.entries(settings)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ')}`,
  );
  console.log(`backend answers after ${BACKEND_DELAY_MS} ms; the gateway logs every request at level info, to a file`);
  console.log(
    `${options.connections} connections, ${options.warmup} s warm-up, ${options.seconds} s measured, ${options.runs} runs\n`,
  );

  const contenders = await startContenders({ options, ground, cluster, backend, ending });
  const samples = await runAll(options, contenders, { ground, options, backend, cluster });
  const medians = mediansOf(samples);
  console.log(`\n${table(medians)}\n\n${cpuTable(medians)}\n`);
  for (const contender of contenders.filter(({ counted }) => counted !== '')) {
    console.log(`${contender.name}: the rows counted (${contender.counted}) equal the 2xx answered`);
  }
  for (const { text, value, met } of targets(medians))
    console.log(`${met ? 'met  ' : 'SHORT'} ${text}: ${value.toFixed(2)}x`);

  if (options.profile) await printProfiles({ scratch, cluster, contenders, samples, options });
  if (options.record !== undefined) {
    const file = join(root, 'bench/results', `${options.record}.json`);
    await mkdir(join(root, 'bench/results'), { recursive: true });
    const { record: _, profile: __, data: ___, ...conditions } = options;
    const result = {
      at: new Date().toISOString(),
      machine: where,
      disk,
      postgres: settings,
      conditions,
      medians,
      samples,
    };
    await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
    console.log(`\nwritten: ${file}`);
  }
}

async function startContenders(parts: {
  options: Options;
  ground: Ground;
  cluster: Cluster;
  backend: Backend;
  ending: AsyncDisposableStack;
}): Promise<Contender[]> {
  const { options, ground, cluster, backend, ending } = parts;
  const lines = await createLines(backend, 32);
  const flags = (name: string) => (options.profile ? profileFlags(profileFolder(ground.scratch, name)) : []);
  const beside = { ground, cluster, backend };
  const starts: Record<ContenderName, () => Promise<Contender> | string> = {
    direct: async () => direct(backend, lines),
    nginx: () =>
      nginxMissing() ? 'nginx is not installed (apt-get install nginx)' : startNginx(ground, backend, lines),
    forwarder: () => startForwarder(ground, backend, lines, flags('forwarder')),
    naive: () => startNaive(ground, cluster, backend, lines, flags('naive')),
    gateway: () =>
      gatewayMissing(root)
        ? 'src/bin/gateway.ts is missing'
        : startGateway({ ...beside, name: 'gateway', root, execArgv: flags('gateway') }),
    keyed: () =>
      gatewayMissing(root)
        ? 'src/bin/gateway.ts is missing'
        : startGateway({ ...beside, name: 'keyed', root, execArgv: flags('keyed') }),
    former: () =>
      gatewayMissing(options.former ?? '')
        ? `${options.former} holds no gateway`
        : startGateway({ ...beside, name: 'former', root: resolve(options.former ?? ''), execArgv: flags('former') }),
  };
  const started: Contender[] = [];
  for (const name of options.only) {
    const start = starts[name]();
    if (typeof start === 'string') console.log(`SKIPPED ${name}: ${start}`);
    else started.push(ending.use(await start));
  }
  return started;
}

async function runAll(
  options: Options,
  contenders: Contender[],
  around: Parameters<typeof measure>[0],
): Promise<Sample[]> {
  const totals = new Totals();
  const samples: Sample[] = [];
  for (let run = 1; run <= options.runs; run++) {
    // Each round begins with another contender, so that no one is always first.
    const order = contenders.map((_, index) => contenders[(index + run - 1) % contenders.length]);
    for (const contender of order) {
      if (contender === undefined) continue;
      const sample = await measure(around, contender, run, totals);
      samples.push(sample);
      console.log(
        `run ${run} ${contender.name.padEnd(9)} ${sample.requestsPerSecond.toFixed(0).padStart(6)} req/s  p50 ${sample.p50.toFixed(1)}  p99 ${sample.p99.toFixed(1)} ms  ${JSON.stringify(sample.statuses)}${sample.unanswered > 0 ? `  ${sample.unanswered} unanswered` : ''}`,
      );
    }
  }
  return contenders.flatMap(({ name }) => samples.filter((sample) => sample.contender === name));
}

async function printProfiles(parts: {
  scratch: string;
  cluster: Cluster;
  contenders: Contender[];
  samples: Sample[];
  options: Options;
}): Promise<void> {
  const { scratch, cluster, contenders, samples, options } = parts;
  // Node writes a profile when its process ends.
  for (const contender of contenders) await contender[Symbol.asyncDispose]();
  for (const { name, database } of contenders) {
    const runs = samples.filter((sample) => sample.contender === name);
    const folder = profileFolder(scratch, name);
    if (existsSync(folder)) {
      const windows = runs.map(({ window: [from, to], requestsPerSecond }) => ({
        from,
        to,
        requests: requestsPerSecond * options.seconds,
      }));
      console.log(`\n## Profile: ${name}\n\n${await summariseProfile(folder, root, windows)}`);
    }
    if (database === undefined || !cluster.countsStatements) continue;
    const answered = runs.flatMap(({ statuses }) => Object.values(statuses)).reduce((sum, count) => sum + count, 0);
    console.log(`\n${await summariseStatements(cluster.url('postgres'), database, answered)}`);
  }
}

function profileFolder(scratch: string, name: string): string {
  return join(scratch, `profile-${name}`);
}

function readOptions(): Options | undefined {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

function withCauses(error: Error): string {
  return error.cause instanceof Error ? `${error.message}\n  because: ${withCauses(error.cause)}` : error.message;
}
