import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdown } from './report.ts';

/** One sampled call, as V8 writes it to a .cpuprofile. */
type Node = { id: number; callFrame: { functionName: string; url: string; lineNumber: number } };
type Profile = { nodes: Node[]; startTime: number; samples: number[]; timeDeltas: number[] };

export type Window = { from: number; to: number; requests: number };

/** Flags that make Node write a CPU profile into a folder when it ends. */
export function profileFlags(folder: string): string[] {
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'];
}

/**
 * Self time inside the measured windows, per answered request: by place (package or folder) and by function. What the
 * sampler cannot see, such as the kernel's share of a write, is in the function that called it or under (program).
 */
export async function summariseProfile(folder: string, root: string, windows: Window[]): Promise<string> {
  const file = (await readdir(folder)).find((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) return 'It wrote no profile: it did not end in good order.';
  const profile: Profile = JSON.parse(await readFile(join(folder, file), 'utf8'));
  const selfTimes = selfTimesWithin(profile, windows);
  const requests = windows.reduce((sum, window) => sum + window.requests, 0);
  const total = windows.reduce((sum, window) => sum + window.to - window.from, 0);
  const byPlace = new Map<string, number>();
  const byFunction = new Map<string, number>();
  let idle = 0;
  for (const { callFrame, id } of profile.nodes) {
    const time = selfTimes.get(id);
    if (time === undefined) continue;
    if (callFrame.functionName === '(idle)') {
      idle += time;
      continue;
    }
    const { place, where } = locate(callFrame, root);
    byPlace.set(place, (byPlace.get(place) ?? 0) + time);
    byFunction.set(where, (byFunction.get(where) ?? 0) + time);
  }
  const busy = total - idle;
  const rows = (times: Map<string, number>, count: number) =>
    [...times]
      .sort((a, b) => b[1] - a[1])
      .slice(0, count)
      .map(([name, time]) => [name, `${((time / busy) * 100).toFixed(1)} %`, (time / requests).toFixed(1)]);
  return [
    `busy ${((busy / total) * 100).toFixed(0)} % of the measured time, ${(busy / requests).toFixed(0)} µs per request`,
    markdown(['self time by place', 'share', 'µs/request'], rows(byPlace, 25)),
    markdown(['self time by function', 'share', 'µs/request'], rows(byFunction, 40)),
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

function locate(frame: Node['callFrame'], root: string): { place: string; where: string } {
  const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
  if (frame.url === '') return { place: name.startsWith('(') ? name : '(native)', where: name };
  const line = frame.lineNumber + 1;
  if (!frame.url.startsWith('file:')) return { place: frame.url, where: `${name} ${frame.url}:${line}` };
  const path = relative(root, fileURLToPath(frame.url));
  const dependency = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)/.exec(path);
  if (dependency !== null)
    return { place: `${dependency[1]}`, where: `${name} ${dependency[1]}/${dependency[2]}:${line}` };
  return { place: path.split('/').slice(0, -1).join('/'), where: `${name} ${path}:${line}` };
}
