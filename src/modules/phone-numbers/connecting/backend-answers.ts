import type { ConnectResult } from '../../../evolution/client-instances.ts';
import { EvolutionError } from '../../../evolution/errors.ts';
import { DomainError } from '../../../platform/errors.ts';
import { backendUnavailable } from '../../backends/index.ts';
import type { ConnectionFact } from './apply-connection.ts';

/** What an answer to connect says; undefined while it has nothing to show. */
export function factOfAnswer(result: ConnectResult): ConnectionFact | undefined {
  if (result.kind === 'qr') {
    const { image, code: text, pairingCode } = result;
    return { kind: 'qr', at: null, image, text, pairingCode };
  }
  if (result.kind === 'state' && result.state === 'open') return { kind: 'state', state: 'open', at: null };
  return undefined;
}

export function isMissing(error: unknown): boolean {
  return error instanceof EvolutionError && error.kind === 'not_found';
}

/** Rejects with the error unless it says that there was nothing to log out. */
export function unlessNotConnected(error: unknown): void {
  if (!(error instanceof EvolutionError && error.kind === 'not_connected')) throw error;
}

/** Runs a call about a number's connection; its failure becomes `backend_unavailable` or `backend_failed`. */
export async function asked<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof EvolutionError) || isMissing(error)) throw error;
    if (['unreachable', 'timeout', 'connection_lost'].includes(error.kind)) throw backendUnavailable(error);
    throw new DomainError('backend_failed', 'The backend could not do this to the phone number.', {
      kind: 'bad_gateway',
      cause: error,
    });
  }
}
