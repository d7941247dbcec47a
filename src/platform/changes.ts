export type Changes = {
  /** Says that something a waiter may look at has changed. */
  changed(): void;
  /** Waits until `isReady` holds, `ms` at most. One waiter at a time. */
  until(isReady: () => boolean, ms?: number): Promise<void>;
};

/** Lets one loop wait for a condition over its own state. */
export function createChanges(): Changes {
  let check: (() => void) | undefined;
  return {
    changed() {
      check?.();
    },
    until(isReady, ms) {
      if (isReady()) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          check = undefined;
          resolve();
        };
        const timer = ms === undefined ? undefined : setTimeout(done, ms);
        check = () => {
          if (isReady()) done();
        };
      });
    },
  };
}
