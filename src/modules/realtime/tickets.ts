import type { Kysely } from 'kysely';
import { isCheckedToken, makeCheckedToken } from '../../platform/crypto/checked-token.ts';
import { sha256 } from '../../platform/crypto/digest.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import type { Grant } from './grant.ts';
import { insertTicket, takeTicket } from './tickets-repository.ts';

export type Tickets = {
  /** Makes a ticket, shown this once. */
  issue(grant: Grant): Promise<{ ticket: string; expiresAt: Date }>;
  /** Null where it is none of ours, was used or is too old. */
  take(ticket: string): Promise<Grant | null>;
};

const ticketPrefix = 'ert_';
const lifeSeconds = 60;

/** Tickets that open one connection each, in any process. */
export function createTickets(deps: { db: Kysely<DB>; ids: Pick<Ids, 'base62'> }): Tickets {
  return {
    async issue(grant) {
      const ticket = makeCheckedToken(deps.ids, ticketPrefix);
      return { ticket, expiresAt: await insertTicket(deps.db, { hash: sha256(ticket), grant, lifeSeconds }) };
    },
    async take(ticket) {
      return isCheckedToken(ticket, ticketPrefix) ? takeTicket(deps.db, sha256(ticket)) : null;
    },
  };
}
