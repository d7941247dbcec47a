import type { Kysely } from 'kysely';
import { DomainError } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { type DeedOutcome, insertDeed, settleDeed } from './audit-system.ts';

/** The operator who acts, and the request it comes with. */
export type Actor = { userId: number; requestId: string; ipAddress: string };

export type Audited = ReturnType<typeof createAudited>;

type Facts = Omit<DeedOutcome, 'outcome'>;

/**
 * Runs a deed of an operator with a row of the audit log around it: written before anything is done, and completed by
 * what became of it. One that stays `begun` was cut off. The facts must hold no secret.
 */
export function createAudited(deps: { db: Kysely<DB>; ids: Ids; logger: Logger }) {
  return async function audited<T>(
    actor: Actor,
    deed: { action: string; targetType: string; targetId: string | number | null },
    work: (note: (facts: Facts) => void) => Promise<T>,
  ): Promise<T> {
    const id = deps.ids.uuidv7();
    let facts: Facts = {};
    await insertDeed(deps.db, id, {
      operatorId: actor.userId,
      requestId: actor.requestId,
      ipAddress: actor.ipAddress,
      action: deed.action,
      targetType: deed.targetType,
      targetId: deed.targetId === null ? null : String(deed.targetId),
    });
    try {
      const result = await work((more) => {
        facts = { ...facts, ...more };
      });
      await settleDeed(deps.db, id, { ...facts, outcome: 'done' });
      deps.logger.info(
        { event: 'operator_deed', action: deed.action, target: facts.targetId ?? deed.targetId, user_id: actor.userId },
        'an operator did something',
      );
      return result;
    } catch (error) {
      const outcome = error instanceof DomainError ? error.code : 'internal_error';
      // Its own error matters more than that of a database that is away.
      await settleDeed(deps.db, id, { ...facts, outcome }).catch(() => undefined);
      throw error;
    }
  };
}
