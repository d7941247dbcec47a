import type { DefaultEventsMap, Socket } from 'socket.io';
import type { Start } from './admit.ts';
import type { Grant } from './grant.ts';

/** What is known of a client that was let in. */
export type Admitted = { grant: Grant; numbers: ReadonlySet<number> | null; start: Start };

export type RealtimeSocket = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, Partial<Admitted>>;
