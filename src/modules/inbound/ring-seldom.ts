/**
 * Passes a ring on at once, and the rings of the next `pauseMs` as one: under load each look then finds many calls
 * instead of one.
 */
export function createRingSeldom(ring: () => void, pauseMs = 20): () => void {
  let isPaused = false;
  let isRung = false;
  return function ringSeldom(): void {
    if (isPaused) {
      isRung = true;
      return;
    }
    isPaused = true;
    isRung = false;
    ring();
    setTimeout(() => {
      isPaused = false;
      if (isRung) ringSeldom();
    }, pauseMs).unref();
  };
}
