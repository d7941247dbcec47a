import type { Timing } from '../sending/sending-options.ts';
import type { IdempotencyKey } from './idempotency-keys-repository.ts';

export type NewMessage = {
  id: string;
  userId: number;
  phoneNumberId: number;
  instanceName: string;
  backendId: number;
  kind: string;
  recipient: string;
  /** JSON text. */
  content: string;
  requestId: string | null;
  /** Messages the user may have accepted on one day. */
  dailyMax: number;
  /** What its echo will say as well; for a message that waits, null until it leaves. */
  fingerprint: string | null;
  timing: Timing;
  /** Where media that came with the request is kept. */
  blobId?: string;
  /** The message that this one repeats. */
  retryOf?: string;
  key?: IdempotencyKey;
  /** Another number of the same pool may take over where this one fails. */
  byPool?: boolean;
  /** The message that holds the key and failed, so that this one may have it. */
  takesOver?: string;
};

/**
 * `used` counts the units of this UTC day so far, and `told` is the share of them, in percent, that the user was last
 * told of; the next day begins in `renewsInSeconds`. All by the database's clock.
 */
export type Accepted = {
  /** Null where the message was accepted, else what stood against it. */
  refusal: 'quota' | 'key' | null;
  used: number;
  told: number;
  renewsInSeconds: number;
};

// The call's own deadline is 65 s; a message still `sending` after this has nobody who waits for its answer.
export const leaseSeconds = 90;

/** What every statement that accepts takes first, one array per column. */
export function plainValues(messages: readonly NewMessage[]): unknown[][] {
  return [
    messages.map((message) => message.id),
    messages.map((message) => message.userId),
    messages.map((message) => message.phoneNumberId),
    messages.map((message) => message.backendId),
    messages.map((message) => message.kind),
    messages.map((message) => message.recipient),
    messages.map((message) => message.content),
    messages.map((message) => message.requestId),
    messages.map((message) => message.dailyMax),
    messages.map((message) => message.fingerprint),
  ];
}
