import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { Alarm } from '../../platform/alarm/alarm.ts';
import type { Clock } from '../../platform/clock.ts';
import type { BatchObserver } from '../../platform/database/batch.ts';
import type { Egress } from '../../platform/egress/index.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import type { Backends } from '../backends/index.ts';
import type { PhoneNumbers } from '../phone-numbers/index.ts';
import type { Pools } from '../pools/index.ts';
import type { MediaLinks } from './media/media-link.ts';

export type MessagesOptions = {
  db: Kysely<DB>;
  /** A pool of its own for group commit, so that no other query holds it up. */
  batchPool: Pool;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  alarm: Pick<Alarm, 'ring' | 'onRing'>;
  egress: Pick<Egress, 'checkUrl' | 'fetchBytes'>;
  mediaLinks: MediaLinks;
  phoneNumbers: Pick<PhoneNumbers, 'requireConnected' | 'requireOwn' | 'checkConnection' | 'relay'>;
  pools: Pick<Pools, 'choose'>;
  backends: Pick<Backends, 'requireUsable'>;
  /** Milliseconds after which a sender is told that the outcome is unknown; 20 s unless given. */
  answerWithinMs?: number;
  /** Milliseconds for the call of a backend, which goes on after that answer; 65 s unless given. */
  callWithinMs?: number;
  /** Milliseconds that a backend has for an edit, a presence and their like; 15 s unless given. */
  actionWithinMs?: number;
  /** Milliseconds for fetching media; 30 s unless given. */
  fetchWithinMs?: number;
  /** Milliseconds that a call without an end holds up the messages that wait behind it; 20 s unless given. */
  holdMs?: number;
  /** Milliseconds after which another process takes over a number whose messages one was sending; 120 s unless given. */
  leaseMs?: number;
  /** Milliseconds until a number that could not send is tried again, doubled with each failure up to 60 s; 2 s unless given. */
  retryMs?: number;
  /** Milliseconds that a statement may go on whose connection broke; Postgres ends it after 3 s, so 5 s unless given. */
  uncertainForMs?: number;
  observeBatch?: BatchObserver;
};
