import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdown } from './report.ts';

/** One sampled call, as V8 writes it to a .cpuprofile. */
type Node = { id: number; callFrame: Frame; children?: number[] };
type Frame = { functionName: string; url: string; lineNumber: number };
type Profile = { nodes: Node[]; startTime: number; samples: number[]; timeDeltas: number[] };

export type Window = { from: number; to: number; requests: number };

/** Flags that make Node write a CPU profile into a folder when it ends. */
export function profileFlags(folder: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'];
}

/**
 * Time inside the measured windows, per answered request. By place: charged to the package or folder whose code was
 * nearest on the stack, so that a system call counts for who made it. By function: self time. It is wall time on the
 * thread: what another process took of this one's core while it was at work is in there.
 */
export async function summariseProfile(folder: string, root: string, windows: Window[]): Promise<string> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) return 'It wrote no profile: it did not end in good order.';
  const profile: Profile = JSON.parse(await readFile(join(folder, file), 'utf8'));
  const selfTimes = selfTimesWithin(profile, windows);
  const places = chargedPlaces(profile.nodes, root);
  const requests = windows.reduce((sum, window) => sum + window.requests, 0);
  const total = windows.reduce((sum, window) => sum + window.to - window.from, 0);
  const byPlace = new Map<string, number>();
  const byFunction = new Map<string, number>();
  let idle = 0;
  for (const { callFrame, id } of profile.nodes) {
    const time = selfTimes.get(id) ?? 0;
    if (callFrame.functionName === '(idle)') {
      idle += time;
      continue;
    }
    add(byPlace, places.get(id) ?? '', time);
    add(byFunction, describe(callFrame, root), time);
  }
  const busy = total - idle;
  const rows = (times: Map<string, number>, count: number) =>
    [...times]
      .sort((a, b) => b[1] - a[1])
      .slice(0, count)
      .map(([name, time]) => [name, `${((time / busy) * 100).toFixed(1)} %`, (time / requests).toFixed(1)]);
  return [
    `busy ${((busy / total) * 100).toFixed(0)} % of the measured time, ${(busy / requests).toFixed(0)} µs per request`,
    markdown(['by place', 'share', 'µs/request'], rows(byPlace, 25)),
    markdown(['by function', 'share', 'µs/request'], rows(byFunction, 40)),
  ].join('\n\n');
}

function selfTimesWithin(profile: Profile, windows: Window[]): Map<number, number> {
  const times = new Map<number, number>();
  let at = profile.startTime;
  profile.samples.forEach((node, index) => {
    at += profile.timeDeltas[index] ?? 0;
    const lasted = profile.timeDeltas[index + 1] ?? 0;
    if (windows.some((window) => at >= window.from && at < window.to)) times.set(node, (times.get(node) ?? 0) + lasted);
  });
  return times;
}

function chargedPlaces(nodes: Node[], root: string): Map<number, string> {
  const charged = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const visit = (node: Node, inherited: string | undefined) => {
    const { url, functionName } = node.callFrame;
    const place = url.startsWith('file:') ? packageOrFolder(url, root) : inherited;
    charged.set(node.id, place ?? (url === '' ? functionName : `${url} alone`));
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child !== undefined) visit(child, place);
    }
  };
  const [top] = nodes;
  if (top !== undefined) visit(top, undefined);
  return charged;
}

function packageOrFolder(url: string, root: string): string {
  const path = relative(root, fileURLToPath(url));
  return dependency(path)?.name ?? path.split('/').slice(0, -1).join('/');
}

function describe({ functionName, url, lineNumber }: Frame, root: string): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  if (!url.startsWith('file:')) return `${name} ${url}:${lineNumber + 1}`;
  const path = relative(root, fileURLToPath(url));
  const found = dependency(path);
  return `${name} ${found === undefined ? path : `${found.name}/${found.file}`}:${lineNumber + 1}`;
}

function dependency(path: string): { name: string; file: string } | undefined {
  const [, name, file] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)/.exec(path) ?? [];
  return name === undefined || file === undefined ? undefined : { name, file };
}

function add(times: Map<string, number>, key: string, time: number): void {
  if (time > 0) times.set(key, (times.get(key) ?? 0) + time);
}
