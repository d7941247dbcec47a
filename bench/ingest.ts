import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKEND_DELAY_MS, startBackend, type Webhook } from './contenders.ts';
import { startGateway } from './gateway.ts';
import type { LoadJob, LoadMessage, LoadRequest } from './load.ts';
import { parseOptions } from './options.ts';
import { type Cluster, query, readSettings, startPostgres } from './postgres.ts';
import { eventually, type Ground, startHelper } from './processes.ts';
import { cpuSeconds, fdatasyncMs, machine, residentMiB } from './usage.ts';

/**
 * How many calls of backends the gateway takes in a second, each of 1 KiB and about another received message, with all
 * that goes on behind it: the lane that applies them, events, and the look for who hears of them. Takes the flags
 * --runs, --seconds, --warmup, --connections, --data and --embedded of the bench.
 */
const bodyBytes = 1_024;
const root = join(import.meta.dirname, '..');
const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => abort.abort(new Error(signal)));

const options = parseOptions(process.argv.slice(2));
if (options !== undefined) {
  await using ending = new AsyncDisposableStack();
  const scratch = await mkdtemp(join(options.data, 'evofleet-ingest-'));
  ending.defer(() => rm(scratch, { recursive: true, force: true }));
  await chmod(scratch, 0o711);
  const ground: Ground = { scratch, signal: abort.signal, fail: (error) => abort.abort(error) };
  const cluster = ending.use(await startPostgres(ground, options));
  await readSettings(cluster);
  const backend = ending.use(await startBackend(ground));
  const execArgv = await flagsOfStart();
  const gateway = ending.use(await startGateway({ ground, cluster, backend, name: 'gateway', root, execArgv }));
  const requests = callsOf(await backend.webhooks());
  const { cpu, cores, commit, node } = machine(root);
  console.log(
    `${cpu}, ${cores} cores, Node ${node}, commit ${commit}, fdatasync ${fdatasyncMs(scratch).toFixed(2)} ms`,
  );
  console.log(`Postgres from ${cluster.programs}; a backend that answers sends after ${BACKEND_DELAY_MS} ms is idle`);
  console.log(`${options.connections} connections, calls of ${bodyBytes} bytes to ${requests.length} numbers\n`);

  let taken = 0;
  const runs: Run[] = [];
  for (let run = 1; run <= options.runs; run++) {
    const measured = await measureRun({
      ground,
      cluster,
      pid: gateway.pid,
      job: {
        url: gateway.url,
        connections: options.connections,
        warmupMs: options.warmup * 1_000,
        measuredMs: options.seconds * 1_000,
        requests,
        withIds: true,
      },
    });
    taken += measured.taken;
    await settled(ground, cluster.url('gateway'), taken);
    runs.push(measured);
    console.log(`run ${run}: ${wordsOf(measured)}`);
  }
  console.log(
    `\nmedian: ${Math.round(median(runs.map((run) => run.perSecond)))} calls/s, highest resident memory ${Math.max(...runs.map((run) => run.residentMiB)).toFixed(0)} MiB`,
  );
  console.log(`all ${taken} calls answered 200 are stored and applied, each message once`);
}

/** What `npm start` tells Node of its memory. */
async function flagsOfStart(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--max-'));
}

type Run = {
  perSecond: number;
  p50: number;
  p99: number;
  statuses: Record<string, number>;
  taken: number;
  residentMiB: number;
  appliedShare: number;
  cpuMs: { gateway: number; postgres: number; load: number };
};

async function measureRun(around: { ground: Ground; cluster: Cluster; pid: number; job: LoadJob }): Promise<Run> {
  const { ground, cluster, pid, job } = around;
  await query(cluster.url('postgres'), 'checkpoint');
  await using load = startHelper<LoadMessage>(ground, {
    name: 'load',
    file: new URL('./load.ts', import.meta.url),
    job,
  });
  const pids = { gateway: pid, postgres: cluster.pid, load: load.pid };
  let resident = residentMiB(pid);
  const watch = setInterval(() => {
    resident = Math.max(resident, residentMiB(pid));
  }, 250);
  await load.next();
  const before = cpuOf(pids);
  const appliedBefore = await countApplied(cluster.url('gateway'));
  await load.next();
  const after = cpuOf(pids);
  const applied = (await countApplied(cluster.url('gateway'))) - appliedBefore;
  const result = await load.next();
  clearInterval(watch);
  if (result.phase !== 'done') throw new Error(`The load reported ${result.phase} out of turn.`);
  const cpuMs = (name: keyof typeof pids) => ((after[name] - before[name]) * 1_000) / result.completed;
  return {
    perSecond: result.completed / result.seconds,
    p50: result.p50,
    p99: result.p99,
    statuses: result.statuses,
    taken: result.statuses[200] ?? 0,
    residentMiB: resident,
    appliedShare: applied / result.completed,
    cpuMs: { gateway: cpuMs('gateway'), postgres: cpuMs('postgres'), load: cpuMs('load') },
  };
}

function wordsOf(run: Run): string {
  const { gateway, postgres, load } = run.cpuMs;
  return [
    `${Math.round(run.perSecond)} calls/s`,
    `p50 ${run.p50.toFixed(1)} ms`,
    `p99 ${run.p99.toFixed(1)} ms`,
    `answers ${JSON.stringify(run.statuses)}`,
    `${run.residentMiB.toFixed(0)} MiB resident`,
    `${(run.appliedShare * 100).toFixed(0)} % applied in the same time`,
    `CPU ms a call: gateway ${gateway.toFixed(3)}, Postgres ${postgres.toFixed(3)}, load ${load.toFixed(3)}`,
  ].join(', ');
}

/** Every call that was answered 200 is stored, applied, and made one message that is counted once. */
async function settled(ground: Ground, database: string, taken: number): Promise<void> {
  await eventually(ground, 'all calls are applied', 120, async () => {
    const [is] = await query<{ stored: number; applied: number; messages: number; counted: number }>(
      database,
      `select count(*)::int as stored, count(*) filter (where state = 'applied')::int as applied,
         (select count(*)::int from messages where direction = 'inbound') as messages,
         (select coalesce(sum(messages_received), 0)::int from message_stats) as counted
       from inbound_calls where event = 'messages.upsert'`,
    );
    const wrong = Object.entries(is ?? {}).filter(([, count]) => count !== taken);
    if (is === undefined || wrong.length > 0) throw new Error(`${taken} calls were taken, but ${JSON.stringify(is)}`);
  });
}

async function countApplied(database: string): Promise<number> {
  const [row] = await query<{ n: number }>(
    database,
    "select count(*)::int as n from messages where direction = 'inbound'",
  );
  return row?.n ?? 0;
}

function cpuOf(pids: { gateway: number; postgres: number; load: number }) {
  return { gateway: cpuSeconds(pids.gateway), postgres: cpuSeconds(pids.postgres), load: cpuSeconds(pids.load) };
}

function callsOf(webhooks: readonly Webhook[]): LoadRequest[] {
  return webhooks.map(({ name, url = '', headers = {} }, index) => {
    const call = (text: string) =>
      JSON.stringify({
        event: 'messages.upsert',
        instance: name,
        data: {
          key: { remoteJid: `62812${String(index).padStart(8, '0')}@s.whatsapp.net`, fromMe: false, id: '[<id>]' },
          pushName: 'Alice',
          status: 'DELIVERY_ACK',
          message: { conversation: text },
          messageType: 'conversation',
          messageTimestamp: 1_795_176_647,
          instanceId: '9f899199-ad21-429a-bb80-3c3427cde75d',
          source: 'android',
        },
        destination: url,
        date_time: '2026-11-20T12:10:47.409Z',
        sender: '5511999999999@s.whatsapp.net',
        server_url: 'http://127.0.0.1:8083',
        apikey: 'the token of the instance',
      });
    // The id is longer than what stands for it.
    const text = 'x'.repeat(bodyBytes - call('').length - 22);
    return {
      path: new URL(url).pathname,
      headers: { 'content-type': 'application/json', ...headers },
      body: call(text),
    };
  });
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
