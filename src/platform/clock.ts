/** The process's view of time; tests hand in their own. Days, quotas and leases use the database's clock instead. */
export type Clock = {
  now(): Date;
  /** Milliseconds from an arbitrary origin that never jumps; for measuring durations. */
  monotonicMs(): number;
};

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
