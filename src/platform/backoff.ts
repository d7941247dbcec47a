export type Backoff = {
  /** Milliseconds to wait before the next try: doubling, and somewhere between half and all of it. */
  nextMs(): number;
  /** It works again. */
  reset(): void;
  /** Tries since the last success. */
  readonly failures: number;
};

/** Spreads the tries of many processes against what is down. `random` is uniform in [0, 1). */
export function createBackoff(options: { minMs: number; maxMs: number; random(): number }): Backoff {
  let failures = 0;
  return {
    nextMs() {
      const full = Math.min(options.maxMs, options.minMs * 2 ** Math.min(failures + 1, 30));
      failures++;
      return Math.max(options.minMs, full * (0.5 + options.random() / 2));
    },
    reset() {
      failures = 0;
    },
    get failures() {
      return failures;
    },
  };
}
