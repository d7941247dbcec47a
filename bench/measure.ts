import type { Backend, Contender } from './contenders.ts';
import type { LoadJob, LoadMessage } from './load.ts';
import type { Options } from './options.ts';
import { type Cluster, query } from './postgres.ts';
import { type Ground, startHelper } from './processes.ts';
import { cpuSeconds, residentMiB } from './usage.ts';

/** CPU milliseconds per answered request. */
export type CpuPerRequest = { contender: number; backend: number; postgres: number; load: number };

export type Sample = {
  contender: string;
  run: number;
  requestsPerSecond: number;
  p50: number;
  p99: number;
  max: number;
  statuses: Record<string, number>;
  unanswered: number;
  /** CPU seconds of the contender's processes in the measured time. */
  cpuSeconds: number;
  cpuMsPerRequest: CpuPerRequest;
  residentMiB: number;
  /** The measured time by the monotonic clock, microseconds. */
  window: [from: number, to: number];
};

type Surroundings = { ground: Ground; options: Options; backend: Backend; cluster: Cluster };

/** One run of load on one contender. Throws when an answered request is missing where it must have left a trace. */
export async function measure(
  around: Surroundings,
  contender: Contender,
  run: number,
  totals: Totals,
): Promise<Sample> {
  const { options, backend, cluster, ground } = around;
  // Every run starts with the last one's dirty pages written, so that nobody pays for another's.
  await query(cluster.url('postgres'), 'checkpoint');
  const sentBefore = await backend.sent();
  const job: LoadJob = {
    url: contender.url,
    connections: options.connections,
    warmupMs: options.warmup * 1000,
    measuredMs: options.seconds * 1000,
    requests: contender.requests,
    ...(contender.withKeys === true ? { withKeys: true } : {}),
  };
  await using load = startHelper<LoadMessage>(ground, {
    name: 'load',
    file: new URL('./load.ts', import.meta.url),
    job,
  });
  const pids = { contender: contender.pid, backend: backend.pid, postgres: cluster.pid, load: load.pid };
  const first = await phase(load.next(), 'measuring');
  const before = cpuOf(pids);
  const last = await phase(load.next(), 'measured');
  const after = cpuOf(pids);
  const resident = residentMiB(contender.pid);
  const result = await load.next();
  if (result.phase !== 'done') throw new Error(`The load reported ${result.phase} out of turn.`);

  const answers = Object.values(result.statuses).reduce((sum, count) => sum + count, 0);
  const ok = Object.entries(result.statuses).reduce(
    (sum, [status, count]) => sum + (status.startsWith('2') ? count : 0),
    0,
  );
  totals.add(contender, { ok, all: answers });
  const sent = (await backend.sent()) - sentBefore;
  const wrong = await contender.disagreements(totals.of(contender));
  if (sent !== ok) wrong.unshift(`the backend sent ${sent} in this run for ${ok} answers`);
  if (wrong.length > 0) {
    const { ok: total } = totals.of(contender);
    throw new Error(`${contender.name} answered 2xx ${total} times, but:\n  ${wrong.join('\n  ')}`);
  }
  const perRequest = (name: keyof CpuPerRequest) => ((after[name] - before[name]) * 1000) / result.completed;
  return {
    contender: contender.name,
    run,
    requestsPerSecond: result.completed / result.seconds,
    p50: result.p50,
    p99: result.p99,
    max: result.max,
    statuses: result.statuses,
    unanswered: result.unanswered,
    cpuSeconds: after.contender - before.contender,
    cpuMsPerRequest: {
      contender: perRequest('contender'),
      backend: perRequest('backend'),
      postgres: perRequest('postgres'),
      load: perRequest('load'),
    },
    residentMiB: resident,
    window: [first.at, last.at],
  };
}

/** What each contender answered over all its runs: its rows are counted over all its runs as well. */
export class Totals {
  readonly #answered = new Map<string, { ok: number; all: number }>();

  add(contender: Contender, answered: { ok: number; all: number }): void {
    const before = this.of(contender);
    this.#answered.set(contender.name, { ok: before.ok + answered.ok, all: before.all + answered.all });
  }

  of(contender: Contender): { ok: number; all: number } {
    return this.#answered.get(contender.name) ?? { ok: 0, all: 0 };
  }
}

async function phase(message: Promise<LoadMessage>, expected: 'measuring' | 'measured') {
  const received = await message;
  if (received.phase !== expected) throw new Error(`The load ended before its time: ${JSON.stringify(received)}`);
  return received;
}

function cpuOf(pids: CpuPerRequest): CpuPerRequest {
  return {
    contender: cpuSeconds(pids.contender),
    backend: cpuSeconds(pids.backend),
    postgres: cpuSeconds(pids.postgres),
    load: cpuSeconds(pids.load),
  };
}
