import type { Kysely } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { noteGapsOfConnected, notePresence } from './gap-repairs-system.ts';

export type Presence = {
  /** From now on this process can take a backend's calls. */
  begin(): void;
  /** It takes none any more. */
  end(): Promise<void>;
};

const beatEveryMs = 5_000;
const absentMs = 15_000;

/**
 * Keeps a row that says when any process of this installation could last take a call. Where that was longer ago than
 * 15 s, backends may have called in vain, and their own repetitions may be over: every connected number has a gap.
 */
export function createPresence(deps: { db: Kysely<DB>; logger: Logger; beatEveryMs?: number }): Presence {
  const { db, logger } = deps;
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<void> | undefined;

  async function beat(): Promise<void> {
    const found = await inTransaction(db, async (tx) => {
      const since = await notePresence(tx, absentMs);
      if (since === undefined) return undefined;
      return { since, numbers: await noteGapsOfConnected(tx, { since, reason: 'gateway_absent' }) };
    });
    if (found === undefined) return;
    const { since, numbers } = found;
    logger.warn({ event: 'gateway_was_absent', since, numbers }, 'no process could take calls; gaps are read back');
  }

  // Without the database no call is taken either: the gap shows at the first beat that works again.
  function look(): void {
    beating ??= beat()
      .catch((error: unknown) => logger.debug({ event: 'presence_not_noted', err: error }, 'presence not noted'))
      .finally(() => {
        beating = undefined;
      });
  }

  return {
    begin() {
      if (timer !== undefined) return;
      look();
      timer = setInterval(look, deps.beatEveryMs ?? beatEveryMs);
      timer.unref();
    },
    async end() {
      clearInterval(timer);
      timer = undefined;
      await beating;
    },
  };
}
