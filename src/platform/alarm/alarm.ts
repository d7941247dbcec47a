/**
 * Tells loops that there may be work, and runs periodic tasks. It carries names only: what is to be done stands in the
 * database, so a ring that is lost costs the time until the next look and nothing else.
 */
export type Alarm = AsyncDisposable & {
  /**
   * Wakes a listener of `name`: this process's own ones, or else those of one other process. Returns at once, never
   * throws, and may be called before anybody listens.
   */
  ring(name: string): void;
  /**
   * `wake` is called once or more after each ring, several rings may share one call, and the last call always begins
   * after the last ring. It must return at once.
   */
  onRing(name: string, wake: () => void): void;
  /**
   * Runs `task` once per `intervalMs`, the first time within one interval, in one of the processes that registered it
   * (with the same interval in each). While the processes cannot agree, each runs its own, and a run that a crash
   * interrupted is not repeated: a task must bear running in two processes at once, and not running for an interval.
   * In one process it never overlaps with itself: a turn that comes too early is left out. What it throws is logged.
   * Throws when the name is taken or the interval is not a whole number of milliseconds from 1 on.
   */
  every(name: string, intervalMs: number, task: () => Promise<void>): void;
};
