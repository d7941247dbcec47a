import { setTimeout as sleep } from 'node:timers/promises';

export type RingSender = {
  ring(name: string): void;
  /** Sends what could not be sent before. */
  retry(): void;
  close(): void;
};

/**
 * Sends the rings of each name at most every `everyMs`: the first at once, all that come meanwhile as one more after
 * it, so the last ring is always followed by a send. Names whose send failed are kept for `retry`.
 */
export function createRingSender(options: { everyMs: number; send(name: string): Promise<void> }): RingSender {
  const sending = new Set<string>();
  const again = new Set<string>();
  const owed = new Set<string>();
  const closing = new AbortController();

  async function sendUntilQuiet(name: string): Promise<void> {
    do {
      again.delete(name);
      await Promise.all([
        options.send(name).catch(() => owed.add(name)),
        sleep(options.everyMs, undefined, { signal: closing.signal }).catch(() => undefined),
      ]);
    } while (again.has(name) && !closing.signal.aborted);
    sending.delete(name);
  }

  function ring(name: string): void {
    if (closing.signal.aborted) return;
    if (sending.has(name)) {
      again.add(name);
      return;
    }
    sending.add(name);
    void sendUntilQuiet(name);
  }

  return {
    ring,
    retry() {
      const names = [...owed];
      owed.clear();
      for (const name of names) ring(name);
    },
    close() {
      closing.abort();
      again.clear();
      owed.clear();
    },
  };
}
