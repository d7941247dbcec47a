/** Time that several have together. */
export type Countdown = {
  /** Milliseconds that are left, never less than 0. The first who asks starts it. */
  remainingMs(): number;
};

/** A span of `totalMs` that begins when somebody first asks what is left of it. */
export function createCountdown(totalMs: number): Countdown {
  let endsAt: number | undefined;
  return {
    remainingMs() {
      endsAt ??= performance.now() + totalMs;
      return Math.max(0, Math.ceil(endsAt - performance.now()));
    },
  };
}
