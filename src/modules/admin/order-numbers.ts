import type { PhoneNumber, PhoneNumbers } from '../phone-numbers/index.ts';
import type { Actor, Audited } from './audited.ts';

type Place = Record<string, unknown> | null;

/** What operators order for the connection of anybody's number; noted with where and how it was before and after. */
export function createOrderNumbers(deps: {
  phoneNumbers: Pick<PhoneNumbers, 'orders'>;
  audited: Audited;
  placeOf(id: number): Promise<Place>;
}) {
  const { orders } = deps.phoneNumbers;

  return {
    restartNumber: (actor: Actor, id: number): Promise<PhoneNumber> =>
      ordered(actor, 'restart', id, () => orders.restart({ id })),
    logoutNumber: (actor: Actor, id: number): Promise<PhoneNumber> =>
      ordered(actor, 'logout', id, () => orders.logout({ id })),
    recreateNumber: (actor: Actor, id: number) =>
      ordered(actor, 'recreate', id, () => orders.recreate({ id }, 'ordered_by_operator')),
  };

  function ordered<T>(actor: Actor, order: string, id: number, work: () => Promise<T>): Promise<T> {
    const deed = { action: `phone_number.${order}`, targetType: 'phone_number', targetId: id };
    return deps.audited(actor, deed, async (note) => {
      note({ before: await deps.placeOf(id) });
      const result = await work();
      note({ after: await deps.placeOf(id) });
      return result;
    });
  }
}
