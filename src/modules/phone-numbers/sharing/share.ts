import { missingOnBackend } from '../connecting/apply-connection.ts';
import type { NumberStatus } from '../phone-number.ts';

/** A link as its user sees it; its secret is known to nobody any more. */
export type ShareLink = { id: string; expiresAt: Date; createdAt: Date };

/**
 * `waiting`: for a code · `scan`: there is one · `connected`: by this link · `lost`: that connection ended since ·
 * `broken`: its backend has lost the number.
 */
export type ShareState = 'waiting' | 'scan' | 'connected' | 'lost' | 'broken';

/** What a visitor of a link may see. */
export type SharedNumber = {
  state: ShareState;
  displayName: string | null;
  isSandbox: boolean;
  qrCode: string | null;
  qrExpiresInMs: number;
  pairingCode: string | null;
  linkExpiresInMs: number;
};

/** A link that works, or has just done its work. */
export type Share = {
  id: string;
  userId: number;
  phoneNumberId: number;
  isUsed: boolean;
  status: NumberStatus;
  statusReason: string | null;
} & Omit<SharedNumber, 'state'>;

export function stateOf({ isUsed, status, statusReason, qrCode }: Share): ShareState {
  if (status === 'connected') return 'connected';
  if (isUsed) return 'lost';
  if (status === 'error' && statusReason === missingOnBackend) return 'broken';
  return qrCode === null ? 'waiting' : 'scan';
}
