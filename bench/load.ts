import { randomBytes } from 'node:crypto';
import autocannon from 'autocannon';
import { jobFromParent, tellParent } from './child.ts';

/**
 * The load: so many connections, each with one request open at a time, over the requests in turn. It stops by not
 * asking again, so every request that was sent is also answered, and what was answered can be counted elsewhere.
 */
export type LoadRequest = { path: string; headers: Record<string, string>; body: string };
export type LoadJob = {
  url: string;
  connections: number;
  warmupMs: number;
  measuredMs: number;
  requests: LoadRequest[];
  /** Whether `[<id>]` in a body becomes an id of its own in each request. */
  withIds?: boolean;
  /** Whether each request carries an Idempotency-Key of its own. */
  withKeys?: boolean;
};
export type LoadMessage =
  | { phase: 'measuring' | 'measured'; at: number }
  | {
      phase: 'done';
      /** Answers of the measured time, 2xx only. */
      completed: number;
      seconds: number;
      p50: number;
      p99: number;
      max: number;
      /** Every answer of the run by status, warm-up and end included. */
      statuses: Record<string, number>;
      /** Requests of the run that got no answer. */
      unanswered: number;
    };

/** What autocannon's client counts by; its `maxConnectionRequests` sets the first. */
type CountingClient = autocannon.Client & { responseMax?: number; reqsMade: number };

const job = await jobFromParent<LoadJob>();
const runName = randomBytes(8).toString('hex');
let keys = 0;
const withKey = (request: autocannon.Request) => ({
  ...request,
  headers: { ...request.headers, 'idempotency-key': `${runName}-${keys++}` },
});
const requests = job.requests.map((request) => ({
  ...request,
  method: 'POST' as const,
  ...(job.withKeys === true ? { setupRequest: withKey } : {}),
}));
const latencies: number[] = [];
const statuses: Record<string, number> = {};
const begin = performance.now() + job.warmupMs;
const end = begin + job.measuredMs;
let connection = 0;

const run = autocannon(
  {
    url: job.url,
    connections: job.connections,
    duration: (job.warmupMs + job.measuredMs) / 1000 + 60,
    requests,
    idReplacement: job.withIds === true,
    sampleInt: 100,
    setupClient(client) {
      // Connections start at different places of the list, else all send for one phone number at a time.
      const offset = Math.floor((connection++ * requests.length) / job.connections);
      client.setRequests([...requests.slice(offset), ...requests.slice(0, offset)]);
    },
  },
  finish,
);

run.on('response', (client, status, _bytes, milliseconds) => {
  statuses[status] = (statuses[status] ?? 0) + 1;
  const now = performance.now();
  if (now >= begin && now < end && status >= 200 && status < 300) latencies.push(milliseconds);
  if (now >= end) stopAfterThisAnswer(client as CountingClient);
});
setTimeout(() => tellParent({ phase: 'measuring', at: monotonicMicroseconds() }), begin - performance.now());
setTimeout(() => tellParent({ phase: 'measured', at: monotonicMicroseconds() }), end - performance.now());

function finish(error: Error | null, result: autocannon.Result): void {
  if (error !== null) throw error;
  const sorted = latencies.sort((a, b) => a - b);
  const done: LoadMessage = {
    phase: 'done',
    completed: sorted.length,
    seconds: job.measuredMs / 1000,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    max: sorted.at(-1) ?? Number.NaN,
    statuses,
    unanswered: result.errors,
  };
  tellParent(done);
}

function stopAfterThisAnswer(client: CountingClient): void {
  client.responseMax = client.reqsMade;
}

function quantile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The clock that CPU profiles are stamped with. */
function monotonicMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
