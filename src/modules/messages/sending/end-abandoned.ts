import type { Kysely } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import { listAbandoned } from '../messages-system.ts';
import { unsentSettlement } from './event-payload.ts';
import type { SettleBatch } from './settle.ts';

/**
 * Periodic: messages whose process ended between accepting and settling become `unknown`. Nobody can prove whether
 * they were sent, so they are neither sent again nor refunded.
 */
export function createEndAbandoned(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  settle: Pick<SettleBatch, 'add'>;
}) {
  return async function endAbandoned(): Promise<void> {
    const abandoned = await listAbandoned(deps.db, 500);
    if (abandoned.length === 0) return;
    const end = { status: 'unknown', reason: 'process_ended', wasWaiting: false } as const;
    await Promise.all(abandoned.map((message) => deps.settle.add(unsentSettlement(message, end, deps.ids.uuidv7()))));
    deps.logger.warn(
      { event: 'messages_abandoned', count: abandoned.length },
      'messages of an ended process are unknown',
    );
  };
}
