import type { Backend } from '../../backends/index.ts';
import type { DesiredNumber, PhoneNumbers } from '../../phone-numbers/index.ts';

const askedMax = 20;

/**
 * Whether a backend that does not have some of its numbers has the others: a look may have begun before it lost them all.
 * Asks about a few, by chance; one that is unknown, or does not answer, says no.
 */
export async function areOthersThere(
  deps: { phoneNumbers: { desired: Pick<PhoneNumbers['desired'], 'list'> }; random(): number },
  backend: Pick<Backend, 'id' | 'fleet'>,
  missing: ReadonlySet<number>,
): Promise<boolean> {
  const numbers = await deps.phoneNumbers.desired.list(backend.id);
  const others = numbers.filter(({ id, isBusy, status }) => !isBusy && status !== 'error' && !missing.has(id));
  const states = someOf(others, deps.random).map(({ backendName }) => backend.fleet.state(backendName));
  return (await Promise.allSettled(states)).every(({ status }) => status === 'fulfilled');
}

function someOf(numbers: readonly DesiredNumber[], random: () => number): readonly DesiredNumber[] {
  const first = Math.floor(random() * Math.max(1, numbers.length - askedMax + 1));
  return numbers.slice(first, first + askedMax);
}
