import { createBackoff } from '../../platform/backoff.ts';
import { createChanges } from '../../platform/changes.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { type Credential, credentialName } from '../users/index.ts';
import { eventIdText, evofleetBody } from '../webhooks/index.ts';
import type { Listener, Listeners } from './listeners.ts';
import type { NextEvent, Page, Place } from './next-events-system.ts';

export type FollowEvents = {
  /** Somebody began to listen, or moved. */
  wake(): void;
  close(): Promise<void>;
};

export type FollowTimes = {
  /** Between two looks; longer where a look takes long, so that looking takes a fifth of the time at most. */
  lookEveryMs: number;
  /** Between two looks at what the listeners' credentials are worth. */
  checkEveryMs: number;
  /** A listener that takes nothing for so long is dropped. */
  stalledMaxMs: number;
};

export const followTimes: FollowTimes = { lookEveryMs: 100, checkEveryMs: 1_000, stalledMaxMs: 15_000 };

const eventsPerPage = 100;
const moreAfterMs = 5;
/** A listener that hears of few numbers is told now and then how far it has come. */
const untoldMax = 1_000;

/**
 * Tells the listeners of this process what happens to their users: each look reads what follows their places, so none
 * is left out and none told twice, whatever process made it happen. Listeners that wait for an earlier page are left
 * where they are: nothing is kept for them but the rows themselves.
 */
export function createFollowEvents(deps: {
  listeners: Listeners;
  readPages(places: readonly Place[], eventsMax: number): AsyncIterable<Page[]>;
  findLive(credentials: readonly Credential[]): Promise<Set<string>>;
  clock: Clock;
  logger: Logger;
  random(): number;
  times: FollowTimes;
}): FollowEvents {
  const { listeners, clock, logger, times } = deps;
  const { changed, until } = createChanges();
  const backoff = createBackoff({ minMs: 100, maxMs: 2_000, random: deps.random });
  const stalledSince = new WeakMap<Listener, number>();
  const untold = new WeakMap<Listener, number>();
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  let isWoken = false;
  let isClosed = false;

  async function run(): Promise<void> {
    while (!isClosed) {
      await until(() => isClosed || listeners.size > 0);
      isWoken = false;
      const startedAtMs = clock.monotonicMs();
      const hasMore = await lookAndLog();
      const tookMs = clock.monotonicMs() - startedAtMs;
      if (hasMore === undefined) await until(() => isClosed, backoff.nextMs());
      else if (hasMore) await until(() => isClosed, moreAfterMs);
      else await until(() => isClosed || isWoken, Math.max(times.lookEveryMs, 4 * tookMs));
    }
  }

  async function lookAndLog(): Promise<boolean | undefined> {
    try {
      const hasMore = await look();
      if (backoff.failures > 0) logger.info({ event: 'realtime_recovered' }, 'realtime recovered');
      backoff.reset();
      return hasMore;
    } catch (error) {
      if (backoff.failures === 0) logger.error({ event: 'realtime_look_failed', err: error }, 'realtime look failed');
      return undefined;
    }
  }

  /** Whether more is known to follow. */
  async function look(): Promise<boolean> {
    if (clock.monotonicMs() - checkedAtMs >= times.checkEveryMs) await endThoseRevoked();
    const waiting = groupByPlace();
    if (waiting.size === 0) return false;
    const places = Array.from(waiting.values(), ({ place }) => place);
    let hasMore = false;
    for await (const pages of deps.readPages(places, eventsPerPage)) {
      for (const page of pages) tellPage(page, waiting.get(nameOf(page.place))?.members ?? []);
      hasMore ||= pages.some(({ isFull }) => isFull);
    }
    return hasMore;
  }

  async function endThoseRevoked(): Promise<void> {
    const startedAtMs = clock.monotonicMs();
    const asked = [...listeners.all()];
    const credentials = new Map(asked.map(({ grant }) => [credentialName(grant.credential), grant.credential]));
    const live = await deps.findLive([...credentials.values()]);
    for (const listener of asked) {
      if (live.has(credentialName(listener.grant.credential))) continue;
      listener.end('unauthenticated', 'The session or API key behind this connection has ended.');
    }
    checkedAtMs = startedAtMs;
  }

  function groupByPlace(): Map<string, { place: Place; members: Listener[] }> {
    const groups = new Map<string, { place: Place; members: Listener[] }>();
    for (const listener of listeners.all()) {
      if (!mayHear(listener)) continue;
      const place = { userId: listener.grant.userId, sequence: listener.sequence };
      const group = groups.get(nameOf(place));
      if (group === undefined) groups.set(nameOf(place), { place, members: [listener] });
      else group.members.push(listener);
    }
    return groups;
  }

  function mayHear(listener: Listener): boolean {
    if (listener.isReady()) {
      stalledSince.delete(listener);
      return true;
    }
    const now = clock.monotonicMs();
    const since = stalledSince.get(listener);
    if (since === undefined) stalledSince.set(listener, now);
    else if (now - since > times.stalledMaxMs) {
      logger.warn({ event: 'realtime_slow_client', user_id: listener.grant.userId }, 'slow realtime client dropped');
      listener.drop();
    }
    return false;
  }

  function tellPage({ place, latest, events }: Page, members: readonly Listener[]): void {
    // Who moved meanwhile is told from where it went.
    const hearers = members.filter((listener) => listener.sequence === place.sequence);
    const [first] = events;
    const missing = first === undefined ? latest : first.sequence - 1;
    if (missing !== place.sequence) {
      for (const listener of hearers) {
        listener.tell('resync', { since: place.sequence, sequence: missing });
        listener.sequence = missing;
      }
    }
    for (const event of events) {
      const body = bodyOf(event);
      for (const listener of hearers) tellEvent(listener, event, body);
    }
  }

  function tellEvent(listener: Listener, event: NextEvent, body: Record<string, unknown>): void {
    listener.sequence = event.sequence;
    for (const { retell } of listener.retellings.values()) {
      for (const [name, content] of retell(event)) listener.tell(name, content);
    }
    if (listener.numbers === null || event.phoneNumberId === null || listener.numbers.has(event.phoneNumberId)) {
      listener.tell('event', body);
      untold.delete(listener);
      return;
    }
    const count = (untold.get(listener) ?? 0) + 1;
    if (count >= untoldMax) listener.tell('position', { sequence: event.sequence });
    untold.set(listener, count % untoldMax);
  }

  const running = run();
  return {
    wake() {
      isWoken = true;
      changed();
    },
    async close() {
      isClosed = true;
      changed();
      await running;
    },
  };
}

function nameOf({ userId, sequence }: Place): string {
  return `${userId}:${sequence}`;
}

function bodyOf({ id, type, sequence, at, payload, number }: NextEvent): Record<string, unknown> {
  return evofleetBody({ id: eventIdText(id), type, sequence, at, payload, number });
}
