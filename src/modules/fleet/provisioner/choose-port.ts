import type { Context, Round } from './context.ts';
import { listPorts } from './provisioning-reads-system.ts';

/** Milliseconds for which a port that somebody else had is not tried again. */
const refusedForMs = 600_000;

/**
 * A port of the range that nobody has, as far as we know: one never used if there is any, else the one that has been
 * free for longest, so that a URL seldom means another server than it did. Undefined where none is free.
 */
export async function choosePort(
  { clock, db, refusedPorts, settings }: Pick<Context, 'clock' | 'db' | 'refusedPorts' | 'settings'>,
  { pool }: Pick<Round, 'pool'>,
): Promise<number | undefined> {
  const known = await listPorts(db);
  const { from, to } = settings.ports;
  const urls = new Set(settings.serverUrl.includes('{port}') ? pool.map(({ url }) => url) : []);
  const isRefused = (port: number) => {
    const since = refusedPorts.get(port);
    return since !== undefined && clock.monotonicMs() - since < refusedForMs;
  };
  const freeSince = (port: number) => known.get(port)?.getTime() ?? 0;
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
    .filter((port) => known.get(port) !== null && !isRefused(port) && !urls.has(urlOf(settings, { name: '', port })))
    .sort((a, b) => freeSince(a) - freeSince(b) || a - b)[0];
}

/** Where a server of this name and port is reached. */
export function urlOf({ serverUrl }: { serverUrl: string }, { name, port }: { name: string; port: number }): string {
  return serverUrl.replaceAll('{name}', name).replaceAll('{port}', String(port));
}
