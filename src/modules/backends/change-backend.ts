import type { Kysely } from 'kysely';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { DomainError } from '../../platform/errors.ts';
import type { DB } from '../../schema.ts';
import { type Hold, type Isolation, markRemoved, setHold, updateSettings } from './backends-system.ts';
import { backendNotEmpty, backendNotFound } from './errors.ts';
import { requireKnownKey } from './join-backend.ts';
import { readLabels } from './labels.ts';
import { type BackendFigures, findFigures } from './overview-system.ts';
import { lockBackend } from './placement.ts';
import { apiKeyContext } from './registry.ts';

export type BackendChange = {
  apiKey?: string;
  capacity?: number;
  labels?: readonly string[];
  isolation?: Isolation;
  dedicatedTo?: number | null;
};

type Deps = { db: Kysely<DB>; secretBox: SecretBox };

/**
 * Changes what is given. A capacity below what it holds is taken: it gets nothing more. A new key must be known to the
 * server. Throws `not_found`, `invalid_request`, `backend_refused_to_join`.
 */
export function createChangeBackend(deps: Deps) {
  return async function changeBackend(id: number, change: BackendChange): Promise<void> {
    const { apiKey, labels, ...rest } = change;
    const { url, isolation } = await requireFigures(deps.db, id);
    if (rest.dedicatedTo !== undefined && rest.dedicatedTo !== null && (rest.isolation ?? isolation) !== 'dedicated') {
      throw new DomainError('invalid_request', 'body: dedicated_to is for a dedicated backend.', { kind: 'invalid' });
    }
    if (apiKey !== undefined) await requireKnownKey(url, apiKey);
    const isChanged = await updateSettings(deps.db, id, {
      ...rest,
      ...(rest.isolation === 'shared' ? { dedicatedTo: null } : {}),
      ...(labels === undefined ? {} : { labels: readLabels(labels) }),
      ...(apiKey === undefined ? {} : { apiKeySealed: deps.secretBox.seal(apiKey, apiKeyContext(url)) }),
    });
    if (!isChanged) throw backendNotFound();
  };
}

/** Cordoned: no new number. Draining: none, and those it has are to be moved. Null ends either. Throws `not_found`. */
export function createHoldBackend(deps: Pick<Deps, 'db'>) {
  return async function holdBackend(id: number, hold: Hold | null): Promise<void> {
    if (!(await setHold(deps.db, id, hold))) throw backendNotFound();
  };
}

/**
 * Takes a backend out of the pool. With `force` also while it holds phone numbers, which then have no server: their
 * calls answer `backend_unavailable` until they are moved, or until the URL joins again. Answers what it left. Throws
 * `not_found`, `backend_not_empty`.
 */
export function createRemoveBackend(deps: Pick<Deps, 'db'>) {
  return async function removeBackend(id: number, options: { force: boolean }): Promise<{ numbersLeft: number }> {
    return inTransaction(deps.db, async (tx) => {
      await lockBackend(tx, id);
      const { assigned, reserved } = await requireFigures(tx, id);
      if (!options.force && assigned + reserved > 0) throw backendNotEmpty({ assigned, reserved });
      await markRemoved(tx, id);
      return { numbersLeft: assigned };
    });
  };
}

async function requireFigures(db: Kysely<DB>, id: number): Promise<BackendFigures> {
  const figures = await findFigures(db, id);
  if (figures === undefined) throw backendNotFound();
  return figures;
}
