import type { Kysely } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { DB } from '../../../schema.ts';
import type { Backends } from '../../backends/index.ts';
import type { CheckConnection } from '../connecting/check-connection.ts';
import { findPhoneNumber } from '../phone-numbers-repository.ts';
import type { ResolveToken } from '../resolve-token.ts';
import { createForward } from './forward.ts';
import { createRelayCall } from './relay-call.ts';
import { createRelayChats } from './relay-chats.ts';
import { createRelayGroups } from './relay-groups.ts';
import { createRelayProfile } from './relay-profile.ts';

/**
 * What goes through to a number's own backend and sends nothing: chats, groups, the profile. Only what is named here
 * does, about this number alone, and it costs no units.
 */
export function createRelay(deps: {
  db: Kysely<DB>;
  clock: Clock;
  backends: Pick<Backends, 'requireUsable'>;
  tokens: ResolveToken;
  checkConnection: CheckConnection;
  keepAlive(work: Promise<unknown>): void;
}) {
  const call = createRelayCall(deps);
  return {
    ...createRelayChats({ ...deps, call }),
    /** Operations as a foreign contract asks for them; see its own description. */
    forward: createForward({ ...deps, call }),
    groups: createRelayGroups({ ...deps, call }),
    profile: createRelayProfile({ ...deps, call, numberOf: (userId, id) => findPhoneNumber(deps.db, userId, id) }),
  };
}
