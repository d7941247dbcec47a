import { DomainError, notFound } from '../../platform/errors.ts';
import { readLabels } from '../backends/index.ts';
import type { Plans } from '../plans/index.ts';
import type { ManagedUser, UserChange, UserFilter, Users } from '../users/index.ts';
import type { Actor, Audited } from './audited.ts';

/** Users, as operators change them. */
export function createManageUsers(deps: {
  audited: Audited;
  users: Pick<Users, 'managed'>;
  plans: Pick<Plans, 'find'>;
}) {
  const { audited, users } = deps;

  async function getUser(id: number): Promise<ManagedUser> {
    const user = await users.managed.find(id);
    if (user === undefined) throw notFound('User');
    return user;
  }

  return {
    getUser,
    listUsers: (filter: UserFilter, page: { limit: number; after?: { id: number } }): Promise<ManagedUser[]> =>
      users.managed.list(filter, page),

    /** Holds in every process within 3 s. Throws `not_found`, `invalid_request`. */
    changeUser(actor: Actor, id: number, change: UserChange): Promise<ManagedUser> {
      return audited(actor, { action: 'user.change', targetType: 'user', targetId: id }, async (note) => {
        const before = await getUser(id);
        note({ before: settingsOf(before) });
        if (id === actor.userId && change.status === 'suspended') throw invalid('You cannot suspend yourself.');
        if (change.planType !== undefined && (await deps.plans.find(change.planType)) === undefined) {
          throw invalid(`body: there is no plan "${change.planType}".`);
        }
        const { ownPlacementLabels: labels } = change;
        await users.managed.change(id, {
          ...change,
          ...(labels === undefined || labels === null
            ? {}
            : { ownPlacementLabels: readLabels(labels, 'placement_labels') }),
        });
        const after = await getUser(id);
        note({ after: settingsOf(after) });
        return after;
      });
    },

    /**
     * Begins to delete a user with all data: it can do nothing more at once, and is gone when eraseUsers has been round
     * and no backend has a number of it. Throws `not_found`, `invalid_request`.
     */
    eraseUser(actor: Actor, id: number): Promise<ManagedUser> {
      return audited(actor, { action: 'user.erase', targetType: 'user', targetId: id }, async (note) => {
        const before = await getUser(id);
        if (id === actor.userId) throw invalid('You cannot delete yourself.');
        // Nothing by which the person could be known: this row outlives the data.
        note({ before: { ...settingsOf(before), phone_numbers: before.phoneNumbers } });
        await users.managed.beginErasing(id);
        note({ after: { erasing: true } });
        return getUser(id);
      });
    },
  };
}

function settingsOf(user: ManagedUser) {
  return {
    plan_type: user.planType,
    status: user.status,
    role: user.role,
    max_phone_numbers: user.ownMaxPhoneNumbers,
    max_messages_per_day: user.ownMaxMessagesPerDay,
    requests_per_minute: user.ownRequestsPerMinute,
    placement_labels: user.ownPlacementLabels,
    isolation: user.ownIsolation,
  };
}

function invalid(sentence: string): DomainError {
  return new DomainError('invalid_request', sentence, { kind: 'invalid' });
}
