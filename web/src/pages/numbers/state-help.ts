import type { PhoneNumber } from './number.ts';

/** What its user can do about a number's state; `wait`: it goes on by itself. */
export type Remedy = 'scan' | 'reconnect' | 'restart' | 'recreate' | 'wait';

/** The text that explains the state, and what helps. */
export type StateHelp = { text: string; remedy: Remedy; isTrouble: boolean };

const byReason: Record<string, Omit<StateHelp, 'text'>> = {
  qr_expired: { remedy: 'scan', isTrouble: false },
  qr_timeout: { remedy: 'recreate', isTrouble: true },
  connect_timeout: { remedy: 'restart', isTrouble: true },
  logged_out: { remedy: 'scan', isTrouble: true },
  needs_scan: { remedy: 'scan', isTrouble: true },
  moved: { remedy: 'scan', isTrouble: true },
  missing_on_backend: { remedy: 'recreate', isTrouble: true },
  connection_closed: { remedy: 'reconnect', isTrouble: true },
  connection_refused: { remedy: 'reconnect', isTrouble: true },
  restarting: { remedy: 'wait', isTrouble: false },
  recreating: { remedy: 'wait', isTrouble: false },
};

export const explainedReasons: readonly string[] = [...Object.keys(byReason), 'resting', 'starting', 'new', 'unknown'];

/** Undefined where there is nothing to explain: it is connected, or shows a code. */
export function helpOf(
  number: Pick<PhoneNumber, 'status' | 'status_reason' | 'rests_until' | 'qr_code' | 'pairing_code'>,
): StateHelp | undefined {
  const { status, status_reason: reason } = number;
  if (number.rests_until !== null) return { text: 'resting', remedy: 'reconnect', isTrouble: true };
  if (status === 'connected' || number.qr_code !== null || number.pairing_code !== null) return undefined;
  if (reason !== null) {
    const known = Object.hasOwn(byReason, reason) ? byReason[reason] : undefined;
    return known === undefined ? { text: 'unknown', remedy: 'reconnect', isTrouble: true } : { text: reason, ...known };
  }
  if (status === 'initializing' || status === 'qr_ready') return { text: 'starting', remedy: 'wait', isTrouble: false };
  return { text: 'new', remedy: 'scan', isTrouble: false };
}
