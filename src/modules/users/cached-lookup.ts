import type { Clock } from '../../platform/clock.ts';
import { databaseUnavailable } from '../../platform/database/batch.ts';
import { isDatabaseTrouble } from '../../platform/database/failures.ts';

export type CachedLookup<T> = {
  /** The value, at most `ageMaxMs` old. Throws `database_unavailable` rather than calling a key unknown. */
  get(key: string): Promise<T | null>;
  /** Drops what this process remembers of the values that match. */
  forget(matches: (value: T) => boolean): void;
};

export type CachedLookupOptions<T> = {
  clock: Clock;
  load(key: string): Promise<T | null>;
  /** Entries of each sort; the ones loaded longest ago go first. */
  entriesMax?: number;
};

const ageMaxMs = 3_000;
/** From this age on one caller renews the entry while the others go on with it. */
const renewFromMs = 2_000;
const ageMaxInTroubleMs = 5_000;
const retryAfterTroubleMs = 250;

type Entry<T> = { promise: Promise<T | null>; value: T | null; loadedAt: number };

/**
 * Remembers answers of the database for a moment. One load at a time per key; a remembered answer costs one map
 * look-up and no allocation. Unknown keys live apart, so that guesses push no good key out.
 */
export function createCachedLookup<T>(options: CachedLookupOptions<T>): CachedLookup<T> {
  const { clock, load, entriesMax = 10_000 } = options;
  const known = new Map<string, Entry<T>>();
  const unknown = new Map<string, Entry<T>>();
  const loading = new Map<string, Promise<T | null>>();
  const troubled = new Map<string, { until: number; error: unknown }>();
  let generation = 0;

  function get(key: string): Promise<T | null> {
    const now = clock.monotonicMs();
    const entry = known.get(key) ?? unknown.get(key);
    const age = entry === undefined ? Number.POSITIVE_INFINITY : now - entry.loadedAt;
    if (entry !== undefined && age <= renewFromMs) return entry.promise;
    const renewal = renew(key, now);
    if (entry === undefined || age > ageMaxMs) return renewal;
    // Its failure shows to whoever needs the answer once this one is too old.
    renewal.catch(() => {});
    return entry.promise;
  }

  function renew(key: string, now: number): Promise<T | null> {
    const running = loading.get(key);
    if (running !== undefined) return running;
    const trouble = troubled.get(key);
    return trouble !== undefined && now < trouble.until ? inTrouble(key, trouble.error) : loadNow(key, now);
  }

  function loadNow(key: string, startedAt: number): Promise<T | null> {
    const startedIn = generation;
    const running = load(key)
      .then(
        (value) => {
          troubled.delete(key);
          if (startedIn === generation) remember(key, value, startedAt);
          return value;
        },
        (error: unknown) => {
          if (!isDatabaseTrouble(error)) throw error;
          put(troubled, key, { until: clock.monotonicMs() + retryAfterTroubleMs, error }, entriesMax);
          return inTrouble(key, error);
        },
      )
      .finally(() => {
        if (loading.get(key) === running) loading.delete(key);
      });
    loading.set(key, running);
    return running;
  }

  function inTrouble(key: string, error: unknown): Promise<T | null> {
    const entry = known.get(key);
    if (entry !== undefined && clock.monotonicMs() - entry.loadedAt <= ageMaxInTroubleMs) return entry.promise;
    return Promise.reject(databaseUnavailable(error));
  }

  function remember(key: string, value: T | null, loadedAt: number): void {
    const entry = { promise: Promise.resolve(value), value, loadedAt };
    (value === null ? known : unknown).delete(key);
    put(value === null ? unknown : known, key, entry, entriesMax);
  }

  return {
    get,
    forget(matches) {
      // What is being read may be from before the change: it is not remembered, and nobody else waits for it.
      generation++;
      loading.clear();
      for (const [key, { value }] of known) if (value !== null && matches(value)) known.delete(key);
    },
  };
}

function put<V>(map: Map<string, V>, key: string, value: V, sizeMax: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > sizeMax) map.delete(map.keys().next().value ?? '');
}
