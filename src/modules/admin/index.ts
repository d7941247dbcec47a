import type { Kysely } from 'kysely';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import {
  type BackendChange,
  type BackendFigures,
  type Backends,
  type Hold,
  type JoinInput,
  readLabels,
} from '../backends/index.ts';
import { type ContainerFigures, listContainers } from '../fleet/index.ts';
import type { PhoneNumber, PhoneNumbers } from '../phone-numbers/index.ts';
import type { Plan, Plans } from '../plans/index.ts';
import type { Users } from '../users/index.ts';
import { type AuditEntry, type AuditFilter, listDeeds } from './audit-system.ts';
import { type Actor, createAudited } from './audited.ts';
import { createEraseUsers } from './erase-user.ts';
import {
  countNumbers,
  type FoundNumber,
  listNumbers,
  listNumbersOfUser,
  type NumberFilter,
  type NumbersByStatus,
} from './figures-system.ts';
import { listMisplaced, listMovable } from './fleet-plan-system.ts';
import { createManageUsers } from './manage-users.ts';
import { createOrderNumbers } from './order-numbers.ts';
import { type FleetPlan, planMoves, unevenFrom } from './plan-moves.ts';
import { searchMessages, searchNumbers, searchRequests, searchUsers } from './search-system.ts';
import { createWatchFleet, type WatchedFleet } from './watch-fleet.ts';

export type { Actor } from './audited.ts';

export type AdminDeps = {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  backends: Pick<Backends, 'pool'>;
  phoneNumbers: Pick<PhoneNumbers, 'move' | 'delete' | 'orders' | 'uptimes'>;
  plans: Pick<Plans, 'list' | 'find' | 'setPlacement'>;
  users: Pick<Users, 'managed'>;
  fleet: WatchedFleet;
  /** Seconds a deleted user's row stays at least, for what is still being written; 120 if unset. */
  lastWritesSeconds?: number;
};

export type BackendOverview = BackendFigures & {
  numbers: NumbersByStatus;
  /** Of a server that we started ourselves. */
  container: ContainerFigures | null;
};

export type Admin = ReturnType<typeof createAdmin>;

const numbersOfUserMax = 500;

/** What operators see and do. Every deed leaves a row in the audit log. */
export function createAdmin(deps: AdminDeps) {
  const { db } = deps;
  const { pool } = deps.backends;
  const audited = createAudited(deps);
  const manageUsers = createManageUsers({ ...deps, audited });
  const orderNumbers = createOrderNumbers({ ...deps, audited, placeOf: (id) => placeOf(db, id) });

  async function overview(id: number): Promise<BackendOverview> {
    const figures = await pool.find(id);
    if (figures === undefined) throw notFound('Backend');
    const [numbers, containers] = await Promise.all([countNumbers(db, id), listContainers(db)]);
    return { ...figures, numbers: numbers.get(id) ?? {}, container: containers.get(id) ?? null };
  }

  async function settingsOf(id: number) {
    const figures = await pool.find(id);
    if (figures === undefined) return undefined;
    const { url, state, hold, capacity, labels, isolation, dedicatedTo } = figures;
    return { url, state, hold, capacity, labels, isolation, dedicated_to: dedicatedTo };
  }

  /** Notes the backend's settings before and after. */
  async function changing(
    actor: Actor,
    action: string,
    id: number,
    change: () => Promise<unknown>,
    more: Record<string, unknown> = {},
  ): Promise<BackendOverview> {
    return audited(actor, { action, targetType: 'backend', targetId: id }, async (note) => {
      note({ before: await settingsOf(id) });
      await change();
      note({ after: { ...(await settingsOf(id)), ...more } });
      return overview(id);
    });
  }

  return {
    async listBackends(): Promise<BackendOverview[]> {
      const [all, numbers, containers] = await Promise.all([pool.list(), countNumbers(db), listContainers(db)]);
      return all.map((figures) => ({
        ...figures,
        numbers: numbers.get(figures.id) ?? {},
        container: containers.get(figures.id) ?? null,
      }));
    },
    getBackend: overview,

    /** Throws what `pool.join` throws. */
    joinBackend(actor: Actor, input: JoinInput): Promise<BackendOverview> {
      return audited(actor, { action: 'backend.join', targetType: 'backend', targetId: null }, async (note) => {
        const id = await pool.join(input);
        note({ targetId: String(id), after: await settingsOf(id) });
        return overview(id);
      });
    },
    changeBackend: (actor: Actor, id: number, change: BackendChange) =>
      changing(
        actor,
        'backend.change',
        id,
        () => pool.change(id, change),
        change.apiKey === undefined ? {} : { api_key: 'changed' },
      ),
    holdBackend: (actor: Actor, id: number, action: 'cordon' | 'uncordon' | 'drain' | 'undrain') =>
      changing(actor, `backend.${action}`, id, async () => {
        const held: Hold = action === 'cordon' || action === 'uncordon' ? 'cordoned' : 'draining';
        if (action === 'cordon' || action === 'drain') return pool.hold(id, held);
        // Ending the one must not end the other.
        const figures = await pool.find(id);
        if (figures === undefined || (figures.hold ?? held) === held) await pool.hold(id, null);
      }),
    removeBackend: (actor: Actor, id: number, options: { force: boolean }): Promise<{ numbersLeft: number }> =>
      audited(actor, { action: 'backend.remove', targetType: 'backend', targetId: id }, async (note) => {
        note({ before: await settingsOf(id) });
        const result = await pool.remove(id, options);
        note({ after: { removed: true, force: options.force, phone_numbers_left: result.numbersLeft } });
        return result;
      }),

    /** A preview: what would move, and why; also as if one more backend were draining. Throws `not_found` for that one. */
    async planFleet(movesMax: number, drain?: number): Promise<FleetPlan> {
      const pooled = await pool.list();
      if (drain !== undefined && !pooled.some(({ id }) => id === drain)) throw notFound('Backend');
      const backends = pooled.map((backend) =>
        backend.id === drain ? { ...backend, state: 'draining' as const, hold: 'draining' as const } : backend,
      );
      const idsOf = (isWanted: (backend: BackendFigures) => boolean) => backends.filter(isWanted).map(({ id }) => id);
      const [draining, misplaced, others] = await Promise.all([
        listMovable(
          db,
          idsOf(({ hold }) => hold === 'draining'),
          movesMax,
        ),
        listMisplaced(db, movesMax),
        listMovable(db, tooFull(backends), Math.min(movesMax, movesOfOneMax)),
      ]);
      return planMoves({ backends, draining, misplaced, others, movesMax });
    },

    /** Throws what `phoneNumbers.move` throws. */
    moveNumber(
      actor: Actor,
      id: number,
      target: { backendId?: number },
    ): Promise<{ outcome: 'moved' | 'moving'; number: PhoneNumber }> {
      const deed = { action: 'phone_number.move', targetType: 'phone_number', targetId: id };
      return audited(actor, deed, async (note) => {
        note({ before: await placeOf(db, id), after: { wanted: target.backendId ?? null } });
        const result = await deps.phoneNumbers.move(id, target);
        note({ after: { ...(await placeOf(db, id)), outcome: result.outcome } });
        return result;
      });
    },

    ...orderNumbers,
    ...manageUsers,
    ...createWatchFleet({ fleet: deps.fleet, audited }),
    listNumbersOfUser: (userId: number): Promise<FoundNumber[]> => listNumbersOfUser(db, userId, numbersOfUserMax),
    /** Anybody's live numbers, oldest first; one asked for by its id also where it is deleted. */
    listNumbers: (filter: NumberFilter, page: { limit: number; after?: { id: number } }): Promise<FoundNumber[]> =>
      listNumbers(db, filter, page),
    listPlans: (): Promise<Plan[]> => deps.plans.list(),
    /** Holds for numbers placed from now on. Throws `not_found`, `invalid_request`. */
    async changePlan(
      actor: Actor,
      planType: string,
      change: { placementLabels?: readonly string[]; isolation?: 'shared' | 'dedicated' },
    ): Promise<Plan> {
      const deed = { action: 'plan.change', targetType: 'plan', targetId: planType };
      return audited(actor, deed, async (note) => {
        const before = await deps.plans.find(planType);
        if (before === undefined) throw notFound('Plan');
        const { placementLabels, ...rest } = change;
        const labels = placementLabels === undefined ? {} : { placementLabels: readLabels(placementLabels) };
        await deps.plans.setPlacement(planType, { ...rest, ...labels });
        const after = (await deps.plans.find(planType)) ?? before;
        note({ before: placementOf(before), after: placementOf(after) });
        return after;
      });
    },

    /** By number, instance name, message id, WhatsApp's id, request id and e-mail address; at most 50 of each. */
    async search(q: string) {
      const [numbers, users, requests] = await Promise.all([
        searchNumbers(db, q),
        searchUsers(db, q),
        searchRequests(db, q),
      ]);
      const [messages, uptimes] = await Promise.all([
        searchMessages(db, q, requests),
        deps.phoneNumbers.uptimes(numbers.map(({ id }) => id)),
      ]);
      return { numbers, uptimes, users, requests, messages };
    },

    /** Newest first. */
    listAudit: (
      filter: AuditFilter,
      page: { limit: number; before?: { createdAt: Date; id: string } },
    ): Promise<AuditEntry[]> => listDeeds(db, filter, page),

    /** Periodic: goes on deleting users. Safe in parallel. */
    eraseUsers: createEraseUsers(deps),
  };
}

/** Of each of the fullest; a preview that would move more of them is read again after these. */
const movesOfOneMax = 200;
const fullestMax = 50;

function tooFull(backends: readonly BackendFigures[]): number[] {
  const loads = backends
    .filter(({ state }) => state === 'active')
    .map(({ id, assigned, reserved, capacity }) => ({ id, load: (assigned + reserved) / capacity }));
  const least = Math.min(...loads.map(({ load }) => load));
  return loads
    .filter(({ load }) => load - least >= unevenFrom)
    .sort((a, b) => b.load - a.load)
    .slice(0, fullestMax)
    .map(({ id }) => id);
}

const placementOf = ({ placementLabels, isolation }: Plan) => ({ placement_labels: placementLabels, isolation });

async function placeOf(db: Kysely<DB>, id: number) {
  const row = await db
    .selectFrom('phone_numbers')
    .select(['user_id', 'backend_id', 'backend_name', 'status'])
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}
