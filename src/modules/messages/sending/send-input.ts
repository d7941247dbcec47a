import type { DomainError } from '../../../platform/errors.ts';
import type { IdempotencyKey } from '../accept/idempotency-keys-repository.ts';
import type { DraftInput } from '../drafts/read-draft.ts';
import type { MessageStatus } from '../message.ts';
import type { Timing } from './sending-options.ts';

/** A request to send, whatever its kind. */
export type SendInput = DraftInput & {
  /** Messages this user may send on one day. */
  dailyMax: number;
  /** The phone number it leaves from: its token, its id where that is known to us, or whoever's turn it is in a pool. */
  from: FromNumber | { pool: string };
  requestId: string;
  timing: Timing;
  key?: IdempotencyKey;
  /** The message that this one repeats. */
  retryOf?: string;
};

export type FromNumber = string | number;

/** The same when it is clear which number it leaves from. */
export type SendFromNumber = Omit<SendInput, 'from'> & {
  from: FromNumber;
  /** Chosen out of a pool, whose next number may take over where this one fails. */
  byPool?: boolean;
  /** The message of another number of the pool that failed and holds the key. */
  takesOver?: string;
};

/** Messages of the UTC day; `used` so far. */
export type Quota = { limit: number; used: number; renewsInSeconds: number };

export type SentMessage = {
  kind: 'sent';
  id: string;
  whatsappId: string;
  /** What the backend answered, as it came; absent where the answer is repeated under its Idempotency-Key. */
  answer?: unknown;
  to: string;
  instanceName: string;
  isSandbox: boolean;
  quota: Quota;
};

export type QueuedMessage = {
  kind: 'queued';
  id: string;
  status: Exclude<MessageStatus, 'sent' | 'delivered' | 'read' | 'played' | 'received'>;
  to: string;
  instanceName: string;
  sendAt: Date | null;
  isSandbox: boolean;
  quota: Quota;
};

/** `refused` is only ever a replay: what is refused the first time is thrown. */
export type SendAnswer = (SentMessage | QueuedMessage | { kind: 'refused'; error: DomainError; quota: Quota }) & {
  isReplayed?: boolean;
};
