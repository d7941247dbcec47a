const dayMs = 86_400_000;

/** Seconds until the next quota day (UTC) begins, 1 at least. */
export function secondsUntilNextDay(now: Date): number {
  return Math.max(1, Math.ceil((dayMs - (now.getTime() % dayMs)) / 1_000));
}
