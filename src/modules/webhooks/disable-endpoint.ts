import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { appendEvents } from '../events/index.ts';
import { endedAtOnceMax, endPendingOf } from './attempts-system.ts';
import { disableEndpointRow } from './endpoints-system.ts';

/** Disables an endpoint for its receiver's fault and tells the user's other endpoints. */
export function createDisableEndpoint(deps: { db: Kysely<DB>; ids: Ids; logger: Logger }) {
  return async function disableEndpoint(id: number, reason: 'gone' | 'only_failures'): Promise<void> {
    const disabled = await inTransaction(deps.db, async (tx) => {
      const endpoint = await disableEndpointRow(tx, id, reason);
      if (endpoint === undefined) return undefined;
      await appendEvents(tx, deps.ids, [
        {
          userId: endpoint.userId,
          type: 'endpoint.disabled',
          phoneNumberId: endpoint.phoneNumberId,
          messageId: null,
          payload: {
            endpoint_id: endpoint.id,
            phone_number_id: endpoint.phoneNumberId,
            url: endpoint.url,
            reason,
            disabled_at: endpoint.disabledAt.toISOString(),
            failing_since: endpoint.failingSince?.toISOString() ?? null,
          },
        },
      ]);
      return endpoint;
    });
    if (disabled === undefined) return;
    deps.logger.warn(
      { event: 'endpoint_disabled', endpoint_id: id, user_id: disabled.userId, reason },
      'endpoint disabled',
    );
    await endPendingOf(deps.db, id, endedAtOnceMax);
  };
}
