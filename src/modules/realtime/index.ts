import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import { within } from '../../platform/within.ts';
import type { DB } from '../../schema.ts';
import type { Users } from '../users/index.ts';
import { createAdmit } from './admit.ts';
import { createFollowEvents, type FollowTimes, followTimes } from './follow-events.ts';
import { createListeners } from './listeners.ts';
import { readPages } from './next-events-system.ts';
import { createOriginRule } from './origin-rule.ts';
import type { SocketDialect } from './socket-dialect.ts';
import { createSocketServer, type SocketServer, type SocketServerLimits, socketServerLimits } from './socket-server.ts';
import { createTickets } from './tickets.ts';
import { deleteOldTickets } from './tickets-repository.ts';

export type { SocketDialect, SocketWord } from './socket-dialect.ts';

export type RealtimeOptions = {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  users: Pick<Users, 'resolveAccessToken' | 'findLive' | 'checkGuesses' | 'noteFailedGuess'>;
  /** The installation's public URL, whose pages may connect. */
  serverUrl: string;
  /** Other origins whose pages may. */
  corsOrigins: readonly string[];
  /** Foreign contracts on the same connection. */
  dialects?: readonly SocketDialect[];
  limits?: Partial<SocketServerLimits>;
  times?: Partial<FollowTimes>;
};

export type Realtime = {
  /** A ticket for one connection within 60 s; what it opens ends with the session or API key it was asked with. */
  issueTicket(asker: {
    userId: number;
    sessionId: string | null;
    apiKey: string | undefined;
  }): Promise<{ ticket: string; expiresAt: Date }>;
  /** Begins to serve clients; at most once. */
  serve(): SocketServer;
  /** Periodic: deletes tickets that nobody used. */
  removeOldTickets(): Promise<void>;
};

const lookEndsWithinMs = 1_000;

/** Live events for connected clients, read from the rows by each process for the clients it has. */
export function createRealtime(options: RealtimeOptions): Realtime {
  const { db, ids, clock, logger, users } = options;
  const tickets = createTickets({ db, ids });
  return {
    async issueTicket({ userId, sessionId, apiKey }) {
      if (sessionId !== null) return tickets.issue({ userId, credential: { sessionId } });
      if (apiKey === undefined) throw new Error('A caller without a session has shown an API key.');
      return tickets.issue({ userId, credential: { keyHash: sha256(apiKey) } });
    },
    serve() {
      const listeners = createListeners();
      const follow = createFollowEvents({
        listeners,
        readPages: (places, eventsMax) => readPages(db, places, eventsMax),
        findLive: users.findLive,
        clock,
        logger,
        random: ids.random,
        times: { ...followTimes, ...options.times },
      });
      const sockets = createSocketServer({
        admit: createAdmit({ db, users, tickets }),
        listeners,
        wake: follow.wake,
        logger,
        dialects: options.dialects ?? [],
        isOriginAllowed: createOriginRule(options),
        limits: { ...socketServerLimits, ...options.limits },
      });
      return {
        ...sockets,
        async close() {
          await sockets.close();
          // A database that hangs must not hold up the end.
          await within(lookEndsWithinMs, follow.close());
        },
      };
    },
    async removeOldTickets() {
      await deleteOldTickets(db);
    },
  };
}
