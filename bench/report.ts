import type { CpuPerRequest, Sample } from './measure.ts';

export type Medians = {
  contender: string;
  requestsPerSecond: number;
  slowest: number;
  fastest: number;
  p50: number;
  p99: number;
  /** Answers other than 2xx, and requests without an answer, over all runs. */
  not2xx: number;
  cpuSeconds: number;
  cpuMsPerRequest: CpuPerRequest;
  residentMiB: number;
};

export function mediansOf(samples: Sample[]): Medians[] {
  const names = [...new Set(samples.map((sample) => sample.contender))];
  return names.map((contender) => {
    const runs = samples.filter((sample) => sample.contender === contender);
    const middle = (figure: (sample: Sample) => number) => median(runs.map(figure));
    const rates = runs.map((sample) => sample.requestsPerSecond);
    const cpu = (part: keyof CpuPerRequest) => middle((sample) => sample.cpuMsPerRequest[part]);
    return {
      contender,
      requestsPerSecond: median(rates),
      slowest: Math.min(...rates),
      fastest: Math.max(...rates),
      p50: middle((sample) => sample.p50),
      p99: middle((sample) => sample.p99),
      not2xx: runs.reduce((sum, sample) => sum + sample.unanswered + not2xx(sample), 0),
      cpuSeconds: middle((sample) => sample.cpuSeconds),
      cpuMsPerRequest: {
        contender: cpu('contender'),
        backend: cpu('backend'),
        postgres: cpu('postgres'),
        load: cpu('load'),
      },
      residentMiB: middle((sample) => sample.residentMiB),
    };
  });
}

/** The table as Markdown, ready for docs/performance.md. */
export function table(medians: Medians[]): string {
  const rate = (name: string) => medians.find((row) => row.contender === name)?.requestsPerSecond;
  const ratio = (row: Medians, base: string) => {
    const baseRate = rate(base);
    return baseRate === undefined ? '' : (row.requestsPerSecond / baseRate).toFixed(2);
  };
  const rows = medians.map((row) => [
    row.contender,
    row.requestsPerSecond.toFixed(0),
    `${row.slowest.toFixed(0)}..${row.fastest.toFixed(0)}`,
    row.p50.toFixed(1),
    row.p99.toFixed(1),
    String(row.not2xx),
    ratio(row, 'forwarder'),
    ratio(row, 'naive'),
    row.cpuSeconds.toFixed(2),
    row.residentMiB.toFixed(0),
  ]);
  return markdown(
    ['', 'req/s', 'min..max', 'p50 ms', 'p99 ms', 'not 2xx', 'x forwarder', 'x naive', 'CPU s', 'RSS MiB'],
    rows,
  );
}

/** Where the CPU time of one request goes: with all of it on the same cores, this is what the rates follow from. */
export function cpuTable(medians: Medians[]): string {
  const rows = medians.map(({ contender, cpuMsPerRequest: cpu }) => {
    const own = contender === 'direct' ? 0 : cpu.contender;
    const parts = [own, cpu.postgres, cpu.backend, cpu.load];
    return [contender, ...parts.map((part) => part.toFixed(3)), parts.reduce((sum, part) => sum + part, 0).toFixed(3)];
  });
  return markdown(['CPU ms per request', 'itself', 'Postgres', 'backend', 'load', 'sum'], rows);
}

export type Target = { text: string; value: number; met: boolean };

/** What the gateway is held to, as far as the contenders that ran can tell. */
export function targets(medians: Medians[]): Target[] {
  const by = (name: string) => medians.find((row) => row.contender === name);
  const [gateway, forwarder, naive] = [by('gateway'), by('forwarder'), by('naive')];
  if (gateway === undefined) return [];
  const found: Target[] = [];
  if (forwarder !== undefined) {
    const rate = gateway.requestsPerSecond / forwarder.requestsPerSecond;
    const tail = gateway.p99 / forwarder.p99;
    found.push({ text: 'requests/s at least 0.5x the forwarder', value: rate, met: rate >= 0.5 });
    found.push({ text: 'p99 at most 3x the forwarder', value: tail, met: tail <= 3 });
  }
  if (naive !== undefined) {
    const rate = gateway.requestsPerSecond / naive.requestsPerSecond;
    found.push({ text: 'requests/s at least 2x the naive design', value: rate, met: rate >= 2 });
  }
  return found;
}

export function markdown(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? `${'-'.repeat(width + 2)}` : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function not2xx(sample: Sample): number {
  return Object.entries(sample.statuses).reduce(
    (sum, [status, count]) => sum + (status.startsWith('2') ? 0 : count),
    0,
  );
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}
