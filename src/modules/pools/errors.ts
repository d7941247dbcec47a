import { DomainError } from '../../platform/errors.ts';

export const poolsMax = 100;

export function poolNameTaken(cause?: unknown): DomainError {
  return new DomainError('pool_name_taken', 'Another of your pools has this name.', { kind: 'conflict', cause });
}

export function poolLimit(): DomainError {
  return new DomainError('pool_limit', `You have ${poolsMax} pools already.`, {
    kind: 'limit',
    retryAfterSeconds: 60,
    details: { limit: 'pools', max_pools: poolsMax },
  });
}

export function noNumberAvailable(poolName: string, tried: number): DomainError {
  return new DomainError('no_number_available', 'No phone number of this pool can send right now. Nothing was sent.', {
    kind: 'unavailable',
    retryAfterSeconds: 5,
    details: { pool: poolName, tried },
  });
}
