import type { Clock } from '../../platform/clock.ts';

/** What a finished call says of the way to its backend. */
export type Verdict = 'reached' | 'failed' | 'says_nothing';

export type BreakerOptions = {
  /** Failures in a row that open it; 5 unless given. */
  failuresMax?: number;
  /** Milliseconds from one trial to the next while it is open; 5,000 unless given. */
  trialEveryMs?: number;
};

/**
 * Refuses calls to a backend after several in a row have failed. While it is open one trial at a time is let through;
 * the first call that gets an answer closes it.
 */
export function createBreaker(
  deps: { clock: Pick<Clock, 'monotonicMs'>; onOpen(): void; onClose(): void } & BreakerOptions,
) {
  const { clock, failuresMax = 5, trialEveryMs = 5_000 } = deps;
  let failures = 0;
  let isOpen = false;
  let nextTrialAt = 0;
  let trials = 0;

  function note(verdict: Verdict, wasTrial: boolean): void {
    if (verdict === 'says_nothing') return;
    if (verdict === 'reached') {
      failures = 0;
      if (!isOpen) return;
      isOpen = false;
      deps.onClose();
      return;
    }
    failures++;
    // Calls that began before it opened say nothing new.
    if (isOpen ? !wasTrial : failures < failuresMax) return;
    isOpen = true;
    nextTrialAt = clock.monotonicMs() + trialEveryMs;
    deps.onOpen();
  }

  return {
    isOpen: (): boolean => isOpen,

    /** For those who know better that it is well again. */
    reset(): void {
      isOpen = false;
      failures = 0;
    },

    /** Whether a call may begin now. Answering yes while it is open spends the trial. */
    admits(): boolean {
      if (!isOpen) return true;
      const now = clock.monotonicMs();
      if (trials > 0 || now < nextTrialAt) return false;
      nextTrialAt = now + trialEveryMs;
      return true;
    },

    /** Makes a call and notes how it ended. */
    async watch<T>(call: () => Promise<T>, verdictOf: (result: T) => Verdict): Promise<T> {
      const isTrial = isOpen;
      if (isTrial) trials++;
      try {
        const result = await call();
        note(verdictOf(result), isTrial);
        return result;
      } finally {
        if (isTrial) trials--;
      }
    },
  };
}
