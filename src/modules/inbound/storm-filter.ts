import type { Clock } from '../../platform/clock.ts';

const windowMs = 2_000;
const numbersMax = 50_000;

/**
 * Tells repetitions of "connecting": a server that cannot reach WhatsApp says so up to 60 times a second and number.
 * Only the first within 2 s is kept; the others would change nothing.
 */
export function createStormFilter(clock: Pick<Clock, 'monotonicMs'>): (phoneNumberId: number) => boolean {
  const lastKept = new Map<number, number>();
  return (phoneNumberId) => {
    const now = clock.monotonicMs();
    const last = lastKept.get(phoneNumberId);
    if (last !== undefined && now - last < windowMs) return true;
    lastKept.delete(phoneNumberId);
    lastKept.set(phoneNumberId, now);
    const [oldest] = lastKept.keys();
    if (lastKept.size > numbersMax && oldest !== undefined) lastKept.delete(oldest);
    return false;
  };
}
