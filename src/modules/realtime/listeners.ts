import type { Grant } from './grant.ts';
import type { Retelling } from './socket-dialect.ts';

/** A connection that hears events. */
export type Listener = {
  readonly grant: Grant;
  /** The last sequence that it needs not be told any more. */
  sequence: number;
  /** Null hears of all phone numbers. What is about none is for everybody. */
  numbers: ReadonlySet<number> | null;
  /** False while what it was told before is still on its way. */
  isReady(): boolean;
  tell(name: string, content: unknown): void;
  /** What it also hears in the words of foreign contracts, by name. */
  readonly retellings: Map<string, Retelling>;
  /** Ends it, and says why. */
  end(code: string, sentence: string): void;
  /** Ends it at once, and gives up what was on its way: it may come back. */
  drop(): void;
};

export type Listeners = {
  add(listener: Listener): void;
  remove(listener: Listener): void;
  countOf(userId: number): number;
  all(): Iterable<Listener>;
  readonly size: number;
};

/** Who listens in this process. */
export function createListeners(): Listeners {
  const all = new Set<Listener>();
  const counts = new Map<number, number>();
  function count(userId: number, change: 1 | -1): void {
    const counted = (counts.get(userId) ?? 0) + change;
    if (counted > 0) counts.set(userId, counted);
    else counts.delete(userId);
  }
  return {
    add(listener) {
      if (all.has(listener)) return;
      all.add(listener);
      count(listener.grant.userId, 1);
    },
    remove(listener) {
      if (all.delete(listener)) count(listener.grant.userId, -1);
    },
    countOf: (userId) => counts.get(userId) ?? 0,
    all: () => all,
    get size() {
      return all.size;
    },
  };
}
