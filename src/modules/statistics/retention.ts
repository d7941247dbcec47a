import type { Kysely } from 'kysely';
import { classifyDatabaseFailure } from '../../platform/database/failures.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import {
  type DayLog,
  deleteEnded,
  deleteOldFigures,
  deleteOldMessages,
  deleteOldRows,
  deleteOldStrays,
  deleteOldUsage,
  dropPartition,
  listOldPartitions,
  makeDayPartitions,
} from './retention-system.ts';

export type RetentionDays = {
  logs: number;
  messages: number;
  inboundCalls: number;
  /** Days that message_stats are kept; for ever where it is not given. */
  statistics?: number;
};

export type Retention = {
  /** Makes the partitions from yesterday to three days ahead that are missing. */
  makePartitions(): Promise<void>;
  /** Drops partitions and deletes rows that are older than their days; what cannot be had at once stays for next time. */
  removeOld(): Promise<void>;
};

/** Both tasks are meant for once an hour, and may run in several processes at once. */
export function createRetention(deps: { db: Kysely<DB>; logger: Logger; days: RetentionDays }): Retention {
  const { db, logger, days } = deps;
  const logs: (DayLog & { days: number })[] = [
    { table: 'api_requests', time: 'created_at', days: days.logs },
    { table: 'webhook_logs', time: 'sent_at', days: days.logs },
    { table: 'inbound_calls', time: 'received_at', days: days.inboundCalls },
  ];

  async function dropOldPartitions(log: DayLog & { days: number }): Promise<void> {
    for (const partition of await listOldPartitions(db, log, log.days)) {
      try {
        const end = await inTransaction(db, (tx) => dropPartition(tx, log, partition));
        if (end === 'dropped') logger.info({ event: 'partition_dropped', partition }, 'partition dropped');
        if (end === 'needed') logger.warn({ event: 'partition_needed', partition }, 'old partition holds due calls');
      } catch (error) {
        if (classifyDatabaseFailure(error) !== 'lock_timeout') throw error;
        logger.warn({ event: 'partition_busy', partition }, 'old partition is in use');
      }
    }
  }

  async function deleteAll(table: string, deleteSome: (limit: number) => Promise<number>): Promise<void> {
    let total = 0;
    let deleted: number;
    do {
      deleted = await deleteSome(chunkRows);
      total += deleted;
    } while (deleted === chunkRows);
    if (total > 0) logger.info({ event: 'old_rows_deleted', table, rows: total }, 'old rows deleted');
  }

  return {
    async makePartitions() {
      const made = await inTransaction(db, (tx) => makeDayPartitions(tx, daysWithPartitions));
      if (made > 0) logger.info({ event: 'partitions_made', count: made }, 'partitions made');
    },

    async removeOld() {
      for (const log of logs) {
        await dropOldPartitions(log);
        await deleteAll(`${log.table}_default`, (limit) => deleteOldStrays(db, log, { days: log.days, limit }));
      }
      await deleteAll('messages', (limit) => deleteOldMessages(db, { days: days.messages, limit }));
      for (const timed of [
        { table: 'wire_messages', time: 'first_seen_at' },
        { table: 'events', time: 'created_at' },
        { table: 'campaigns', time: 'finished_at' },
      ] as const) {
        await deleteAll(timed.table, (limit) => deleteOldRows(db, timed, { days: days.messages, limit }));
      }
      const spans = { table: 'connection_spans', time: 'ended_at' } as const;
      await deleteAll(spans.table, (limit) => deleteOldRows(db, spans, { days: daysOfSpans, limit }));
      await deleteAll('usage', (limit) => deleteOldUsage(db, { days: days.messages, limit }));
      for (const table of ['number_tokens', 'inbound_secrets', 'share_links'] as const) {
        await deleteAll(table, (limit) => deleteEnded(db, table, limit));
      }
      const { statistics } = days;
      if (statistics === undefined) return;
      await deleteAll('message_stats', (limit) => deleteOldFigures(db, { days: statistics, limit }));
    },
  };
}

// Yesterday, today and three days ahead.
const daysWithPartitions = 5;
// Uptime looks back 30 days.
const daysOfSpans = 31;
const chunkRows = 5_000;
