import { pause } from '../../faults/support/wait.ts';
import type { Drift, Watched } from './drifts.ts';
import { isOpen } from './drifts.ts';
import type { HourNumber, World } from './world.ts';

/** Writes down when each drift was found and mended, and plays the users who scan what needs a scan. */
export type Watch = {
  drifts: Drift[];
  add(watched: Watched): Drift;
  /** The phone's owner asks for a code and scans it, as often as it takes. */
  scan(number: HourNumber): Promise<number>;
  /** Whether something that was broken on a server, or of a number, is not mended yet. */
  isAnyOpen(of: (drift: Drift) => boolean): boolean;
  /** Resolves when all are over, or the time is. */
  untilOver(withinMs: number): Promise<void>;
  stop(): Promise<void>;
};

const everyMs = 700;
const scanWithinMs = 120_000;

export function startWatch(world: World, log: (line: string) => void): Watch {
  const all: Watched[] = [];
  const looking = new Set<Watched>();
  const scans = new Set<Promise<void>>();
  let isOver = false;
  const isOpenDrift = ({ drift }: Watched) => drift.foundAt === undefined || drift.mendedAt === undefined;

  async function look(watched: Watched): Promise<void> {
    const { drift } = watched;
    drift.foundAt ??= await watched.foundAt();
    if (drift.mendedAt !== undefined || Date.now() < drift.countsFrom) return;
    const asked = Date.now();
    if (!(await watched.isMended())) return;
    drift.mendedAt = asked;
    log(`${drift.what}: ${drift.aim} after ${Math.round((asked - drift.countsFrom) / 1_000)} s`);
    const number = world.numbers.find(({ id }) => id === drift.numberId);
    if (drift.aim !== 'told' || number === undefined) return;
    const scanned = scan(number).then(
      (at) => {
        drift.scannedAt = at;
      },
      (error) => log(`${drift.what}: ${error}`),
    );
    const kept = scanned.finally(() => scans.delete(kept));
    scans.add(kept);
  }
  async function scan(number: HourNumber): Promise<number> {
    const endsAt = Date.now() + scanWithinMs;
    while (Date.now() < endsAt && !isOver) {
      const { sandbox, name } = await world.sandboxOf(number);
      const [row] = await world.look<{ status: string }>('select status from phone_numbers where id = $1', [number.id]);
      if (row?.status === 'connected' && isOpen(await sandbox.shown(), name)) return Date.now();
      await world.asUser(number, 'GET', `/api/phone-numbers/${number.id}/qr`).catch(() => undefined);
      const now = await world.sandboxOf(number);
      await now.sandbox.ask('POST', `/__sandbox/instances/${now.name}/scan`, {});
      await pause(300);
    }
    throw new Error(`number ${number.id} was not open again ${scanWithinMs / 1_000} s after its scan`);
  }
  const watching = (async () => {
    while (!isOver) {
      // A server that hangs keeps nobody else's drift from being looked at.
      for (const watched of all) {
        if (!isOpenDrift(watched) || looking.has(watched)) continue;
        looking.add(watched);
        look(watched)
          .catch((error) => log(`${watched.drift.what}: ${error}`))
          .finally(() => looking.delete(watched));
      }
      await pause(everyMs);
    }
  })();

  return {
    drifts: [],
    add(watched) {
      all.push(watched);
      this.drifts.push(watched.drift);
      return watched.drift;
    },
    scan,
    isAnyOpen: (of) => all.some((watched) => isOpenDrift(watched) && of(watched.drift)),
    async untilOver(withinMs) {
      const endsAt = Date.now() + withinMs;
      while (Date.now() < endsAt && (all.some(isOpenDrift) || scans.size > 0)) await pause(100);
    },
    async stop() {
      isOver = true;
      await watching;
      await Promise.all(scans);
    },
  };
}
