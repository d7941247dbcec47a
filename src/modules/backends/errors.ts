import { DomainError, notFound } from '../../platform/errors.ts';

export const backendNotFound = (): DomainError => notFound('Backend');

export function backendNotEmpty(figures: { assigned: number; reserved: number }): DomainError {
  return new DomainError(
    'backend_not_empty',
    `It holds ${figures.assigned} phone numbers and ${figures.reserved} reserved places: drain it and move them, or force it.`,
    { kind: 'conflict', details: figures },
  );
}
