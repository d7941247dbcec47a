import type { Kysely } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import { createLeases } from '../../../platform/lease/leases.ts';
import type { DB } from '../../../schema.ts';
import type { Backends } from '../../backends/index.ts';
import type { PhoneNumbers } from '../../phone-numbers/index.ts';
import { resolveRecipient } from '../drafts/recipient.ts';
import { createActionsByKey } from './action-by-key.ts';
import { createDeleteMessage, createEditMessage } from './action-change.ts';
import { createMarkRead, createShowPresence } from './action-chat.ts';
import { createCheckNumbers } from './number-check.ts';

/** What is done to messages and chats beside sending. It costs no units. */
export function createActions(deps: {
  db: Kysely<DB>;
  ids: Pick<Ids, 'base62'>;
  phoneNumbers: Pick<PhoneNumbers, 'requireConnected' | 'relay'>;
  backends: Pick<Backends, 'requireUsable'>;
  /** Milliseconds that a backend has for one, beside what it takes itself; 15 s unless given. */
  actionWithinMs?: number;
}) {
  return {
    edit: createEditMessage(deps),
    deleteForEveryone: createDeleteMessage(deps),
    /** The same by the key on the wire, answered in the backend's own words; see its own description. */
    byKey: createActionsByKey(deps),
    markRead: createMarkRead(deps),
    showPresence: createShowPresence({
      ...deps,
      resolveRecipient: (phoneNumberId, number) => resolveRecipient(deps.db, phoneNumberId, number),
    }),
    checkNumbers: createCheckNumbers({
      ...deps,
      leases: createLeases({ db: deps.db, holder: `messages ${deps.ids.base62(12)}` }),
    }),
  };
}
