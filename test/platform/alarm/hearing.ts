import { expect, vi } from 'vitest';
import type { Alarm } from '../../../src/platform/alarm/alarm.ts';

/** Rings until the wake-up comes: processes need a moment until they hear each other. */
export async function reaches(ringer: Alarm, wake: ReturnType<typeof vi.fn>): Promise<void> {
  const before = wake.mock.calls.length;
  await vi.waitFor(
    () => {
      ringer.ring('lane');
      expect(wake.mock.calls.length).toBeGreaterThan(before);
    },
    { timeout: 15_000, interval: 100 },
  );
  await quiet(wake);
}

/** Waits until no wake-up came for a while. */
export async function quiet(wake: ReturnType<typeof vi.fn>): Promise<void> {
  for (let seen = -1; seen !== wake.mock.calls.length; ) {
    seen = wake.mock.calls.length;
    await new Promise((done) => setTimeout(done, 150));
  }
}

export async function runsAgain(task: ReturnType<typeof vi.fn>, times = 3): Promise<void> {
  const before = task.mock.calls.length;
  await vi.waitFor(() => expect(task.mock.calls.length).toBeGreaterThanOrEqual(before + times), { timeout: 15_000 });
}
