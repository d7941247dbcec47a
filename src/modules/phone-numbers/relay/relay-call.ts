import type { EvolutionReads } from '../../../evolution/client-reads.ts';
import { EvolutionError } from '../../../evolution/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { Backends } from '../../backends/index.ts';
import type { CheckConnection } from '../connecting/check-connection.ts';
import type { SendableNumber } from '../phone-number.ts';
import { relayFailure } from './relay-errors.ts';

export type RelayTarget = Pick<SendableNumber, 'id' | 'backendId' | 'backendName'>;

/** Whom a call is about, and what is left of its time. */
export type To = () => { instance: string; deadlineMs: number };

export type RelayOptions = {
  /** Whether it changes something on WhatsApp; it reads unless said. */
  changes?: boolean;
  /** Milliseconds for all its calls together; 15 s unless given. */
  withinMs?: number;
};

export type RelayCall = <T>(
  number: RelayTarget,
  work: (reads: EvolutionReads, to: To) => Promise<T>,
  options?: RelayOptions,
) => Promise<T>;

const withinMsUsual = 15_000;
const atOnceMax = 4;

/**
 * Calls the backend that owns a number, and none else, about that number alone. Four at a time per number in this
 * process; the fifth is told at once that there are too many. Throws `overloaded` and what `relayFailure` makes of the
 * backend's trouble.
 */
export function createRelayCall(deps: {
  backends: Pick<Backends, 'requireUsable'>;
  clock: Pick<Clock, 'monotonicMs'>;
  checkConnection: CheckConnection;
  keepAlive(work: Promise<unknown>): void;
}): RelayCall {
  const underWay = new Map<number, number>();

  return async function call(number, work, { changes = false, withinMs = withinMsUsual } = {}) {
    const count = underWay.get(number.id) ?? 0;
    if (count >= atOnceMax) throw tooMany();
    underWay.set(number.id, count + 1);
    const instance = number.backendName;
    try {
      const { reads } = await deps.backends.requireUsable(number.backendId);
      const endsAt = deps.clock.monotonicMs() + withinMs;
      const to = () => ({ instance, deadlineMs: Math.max(1, Math.ceil(endsAt - deps.clock.monotonicMs())) });
      return await work(reads, to);
    } catch (error) {
      // A number that its backend lost is told of by nobody else.
      if (isLost(error)) deps.keepAlive(deps.checkConnection(number.id));
      throw relayFailure(error, { instance, changes });
    } finally {
      const left = (underWay.get(number.id) ?? 1) - 1;
      if (left > 0) underWay.set(number.id, left);
      else underWay.delete(number.id);
    }
  };
}

/** Makes changes one after the other. Where one fails, its error tells in `changed` which ones were made before it. */
export async function inTurn(
  changes: readonly (readonly [name: string, change: () => Promise<void>])[],
): Promise<void> {
  const changed: string[] = [];
  for (const [name, change] of changes) {
    try {
      await change();
    } catch (error) {
      if (!(error instanceof DomainError) || changed.length === 0) throw error;
      const { code, message, kind, retryAfterSeconds, details, cause } = error;
      throw new DomainError(code, message, {
        kind,
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
        details: { ...details, changed },
        cause,
      });
    }
    changed.push(name);
  }
}

function isLost(error: unknown): boolean {
  return error instanceof EvolutionError && (error.kind === 'not_found' || error.kind === 'not_connected');
}

function tooMany(): DomainError {
  return new DomainError('overloaded', `${atOnceMax} such requests of this phone number are under way. Try again.`, {
    kind: 'unavailable',
    retryAfterSeconds: 1,
  });
}
