import type { BackendFigures } from '../../backends/index.ts';
import type { ProvisionedServer } from './provisioned-system.ts';

export type ScaleSettings = {
  /** Places for numbers that are to be free on shared backends that serve. */
  freeCapacityMin: number;
  /** Servers of ours at most, dedicated ones too. */
  backendsMax: number;
  /** Places of one. */
  capacity: number;
  /** Milliseconds that one must have been empty before it goes. */
  idleForMs: number;
};

export type ScaleFigures = {
  /** Free places that can be had now, and those that are about to come. */
  free: number;
  coming: number;
};

/** Replacements in a row after which a server's places no longer count as about to come. */
const hopefulAttemptsMax = 3;

export function readScale(backends: readonly BackendFigures[], servers: readonly ProvisionedServer[]): ScaleFigures {
  const shared = backends.filter(({ isolation }) => isolation === 'shared');
  const free = sum(shared.filter(({ state }) => state === 'active').map(roomOf));
  const ours = new Map(shared.map((backend) => [backend.id, backend]));
  const starting = servers.filter(({ state, dedicatedTo }) => state === 'starting' && dedicatedTo === null);
  // Its numbers' server is being replaced: what it had free comes back.
  const ailing = servers.flatMap(({ state, backendId, attempts }) => {
    const backend = backendId === null ? undefined : ours.get(backendId);
    const isComing =
      state === 'running' && attempts <= hopefulAttemptsMax && backend !== undefined && isAway(backend.state);
    return isComing ? [roomOf(backend)] : [];
  });
  return { free, coming: sum(starting.map(({ capacity }) => capacity)) + sum(ailing) };
}

/** How many shared servers are short, whatever may be started. */
export function countShort(figures: ScaleFigures, settings: ScaleSettings): number {
  const missing = settings.freeCapacityMin - figures.free - figures.coming;
  return missing <= 0 ? 0 : Math.ceil(missing / settings.capacity);
}

/** How many more may be started at all. */
export function countAllowed(servers: readonly ProvisionedServer[], settings: ScaleSettings): number {
  return Math.max(0, settings.backendsMax - servers.filter(({ isRemoved }) => !isRemoved).length);
}

/**
 * The one that is to go: empty for a while, and needed by nobody. A shared one goes only when well more than the least
 * stays free without it, so that the next number does not call for it again; a dedicated one when its user wants none
 * any more.
 */
export function chooseToGo(
  backends: readonly BackendFigures[],
  servers: readonly ProvisionedServer[],
  stillDedicated: ReadonlySet<number>,
  settings: ScaleSettings,
): ProvisionedServer | undefined {
  const { free } = readScale(backends, servers);
  const byId = new Map(backends.map((backend) => [backend.id, backend]));
  const idle = servers.filter(({ state, backendId, emptyForMs }) => {
    const backend = backendId === null ? undefined : byId.get(backendId);
    return state === 'running' && backend !== undefined && isEmpty(backend) && (emptyForMs ?? 0) >= settings.idleForMs;
  });
  const unwanted = idle.find(({ dedicatedTo }) => dedicatedTo !== null && !stillDedicated.has(dedicatedTo));
  if (unwanted !== undefined) return unwanted;
  const margin = Math.ceil(settings.capacity / 2);
  return idle.find(({ dedicatedTo, backendId }) => {
    const backend = backendId === null ? undefined : byId.get(backendId);
    if (dedicatedTo !== null || backend === undefined) return false;
    // One that an operator keeps from new numbers, or that is down, is not for us to judge.
    if (backend.state !== 'active' || backend.hold !== null) return false;
    return free - roomOf(backend) >= settings.freeCapacityMin + margin;
  });
}

export function isEmpty({ assigned, reserved }: BackendFigures): boolean {
  return assigned + reserved === 0;
}

const isAway = (state: BackendFigures['state']) => ['joining', 'degraded', 'down'].includes(state);
const roomOf = ({ capacity, assigned, reserved }: BackendFigures) => Math.max(0, capacity - assigned - reserved);
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
