import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { type Answered, BACKEND_DELAY_MS, type Contender, startBackend } from './contenders.ts';
import { startGateway } from './gateway.ts';
import { measure, type Sample, Totals } from './measure.ts';
import { parseOptions } from './options.ts';
import { query, readSettings, startPostgres } from './postgres.ts';
import { eventually, type Ground } from './processes.ts';
import { cpuTable, type Medians, mediansOf, table } from './report.ts';
import { fdatasyncMs, machine } from './usage.ts';

/**
 * What a text costs through the Evolution contract, by the user's API key and by the number's token, beside the native
 * send-text: the same gateway, the same numbers and recipients, in runs that take turns. Takes the flags --runs,
 * --seconds, --warmup, --connections, --data and --embedded of the bench.
 */
const aim = 1.15;
const root = join(import.meta.dirname, '..');
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort(new Error(signal)));

const options = parseOptions(process.argv.slice(2));
if (options !== undefined) {
  await using ending = new AsyncDisposableStack();
  const scratch = await mkdtemp(join(options.data, 'evofleet-dialect-'));
  ending.defer(() => rm(scratch, { recursive: true, force: true }));
  await chmod(scratch, 0o711);
  const ground: Ground = { scratch, signal: abort.signal, fail: (error) => abort.abort(error) };
  const cluster = ending.use(await startPostgres(ground, options));
  await readSettings(cluster);
  const backend = ending.use(await startBackend(ground));
  const gateway = ending.use(await startGateway({ ground, cluster, backend, name: 'gateway', root, execArgv: [] }));
  const ways = await waysToSend(gateway, ground, cluster.url('gateway'));
  const { cpu, cores, commit, node } = machine(root);
  console.log(
    `${cpu}, ${cores} cores, Node ${node}, commit ${commit}, fdatasync ${fdatasyncMs(scratch).toFixed(2)} ms`,
  );
  console.log(`Postgres from ${cluster.programs}; the backend answers after ${BACKEND_DELAY_MS} ms`);
  console.log(`${options.connections} connections, ${options.seconds} s measured, ${options.runs} rounds\n`);

  const totals = new Totals();
  const samples: Sample[] = [];
  for (let run = 1; run <= options.runs; run++) {
    for (const [index] of ways.entries()) {
      const way = ways[(index + run - 1) % ways.length];
      if (way === undefined) continue;
      const sample = await measure({ ground, options, backend, cluster }, way, run, totals);
      samples.push(sample);
      const load = loadavg()[0]?.toFixed(1);
      console.log(
        `run ${run} ${way.name.padEnd(9)} ${sample.requestsPerSecond.toFixed(0).padStart(6)} req/s  p50 ${sample.p50.toFixed(1)}  p99 ${sample.p99.toFixed(1)} ms  ${JSON.stringify(sample.statuses)}  load ${load}`,
      );
    }
  }
  const medians = mediansOf(ways.flatMap(({ name }) => samples.filter(({ contender }) => contender === name)));
  console.log(`\n${table(medians)}\n\n${cpuTable(medians)}\n`);
  report(medians, samples);
}

async function waysToSend(gateway: Contender, ground: Ground, database: string): Promise<Contender[]> {
  const tally = new Map<string, Answered>();
  const disagreements = (name: string) => async (answered: Answered) => {
    tally.set(name, answered);
    let wrong: string[] = [];
    await eventually(ground, 'what was sent is counted', 10, async () => {
      wrong = await wrongCounts(database, [...tally.values()]);
      if (wrong.length > 0) throw new Error(wrong.join('; '));
    }).catch(() => undefined);
    return wrong;
  };
  const names = new Map<string, string>();
  const asDialect = async (by: 'apiKey' | 'token') =>
    Promise.all(
      gateway.requests.map(async ({ headers, body }) => {
        const { token, ...message } = JSON.parse(body) as { token: string; number: string; text: string };
        const name = names.get(token) ?? (await nameOf(gateway.url, token));
        names.set(token, name);
        return {
          path: `/message/sendText/${name}`,
          headers: {
            'content-type': 'application/json',
            apikey: by === 'token' ? token : (headers['x-api-key'] ?? ''),
          },
          body: JSON.stringify(message),
        };
      }),
    );
  const way = (name: string, requests: Contender['requests']): Contender => ({
    ...gateway,
    name,
    requests,
    disagreements: disagreements(name),
  });
  return [
    way('native', gateway.requests),
    way('by key', await asDialect('apiKey')),
    way('by token', await asDialect('token')),
  ];
}

async function nameOf(url: string, token: string): Promise<string> {
  const answer = await fetch(`${url}/instance/fetchInstances`, { headers: { apikey: token } });
  const [row] = (await answer.json()) as { name: string }[];
  if (row === undefined) throw new Error(`fetchInstances answered ${answer.status}`);
  return row.name;
}

async function wrongCounts(database: string, answered: Answered[]): Promise<string[]> {
  const [counts] = await query<Record<'sent' | 'used' | 'requests', number>>(
    database,
    `select (select count(*)::int from messages where status = 'sent') as sent,
            (select coalesce(sum(used), 0)::int from usage) as used,
            (select count(*)::int from api_requests where method = 'POST' and
              (endpoint = '/api/messages/send-text' or endpoint like '/message/sendText%')) as requests`,
  );
  const sum = (of: keyof Answered) => answered.reduce((all, each) => all + each[of], 0);
  const expected = { sent: sum('ok'), used: sum('ok'), requests: sum('all') };
  return (['sent', 'used', 'requests'] as const)
    .filter((what) => counts?.[what] !== expected[what])
    .map((what) => `${what}: ${counts?.[what]}, expected ${expected[what]}`);
}

function report(medians: Medians[], samples: Sample[]): void {
  const [native, ...others] = medians;
  if (native === undefined) return;
  const judge = (value: number) => (value <= aim ? 'met  ' : 'SHORT');
  for (const other of others) {
    const cpu = costOf(other) / costOf(native);
    const rounds = ratios(samples, native.contender, other.contender).sort((one, two) => one - two);
    const time = rounds[Math.floor(rounds.length / 2)] ?? Number.NaN;
    const { contender } = other;
    console.log(`${judge(cpu)} ${contender}: CPU of gateway and Postgres per text at most ${aim}x: ${cpu.toFixed(3)}x`);
    console.log(
      `${judge(time)} ${contender}: time per text at most ${aim}x: ${time.toFixed(3)}x, median of ${rounds.map((ratio) => ratio.toFixed(2)).join(' ')}`,
    );
  }
}

function costOf({ cpuMsPerRequest: { contender, postgres } }: Medians): number {
  return contender + postgres;
}

/** Of each round: both sides ran within the same minute. */
function ratios(samples: Sample[], native: string, other: string): number[] {
  const rateOf = (name: string, run: number) =>
    samples.find((sample) => sample.contender === name && sample.run === run)?.requestsPerSecond ?? Number.NaN;
  return [...new Set(samples.map(({ run }) => run))].map((run) => rateOf(native, run) / rateOf(other, run));
}
