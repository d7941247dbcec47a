import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { EvolutionClient } from '../../evolution/client.ts';
import { EvolutionError } from '../../evolution/errors.ts';
import { EVOLUTION_EVENTS } from '../../evolution/wire.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { DomainError } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import { type Backends, confirm } from '../backends/index.ts';
import { appendEvents, type NewEvent } from '../events/index.ts';
import { applyConnectionFacts } from './apply-connection.ts';
import { lockNumberForFacts, readStates } from './connection-system.ts';
import type { Draft } from './draft.ts';
import { endCreation } from './placement-system.ts';

export type SetUpResult =
  | { kind: 'done'; warning: string | null }
  /** `mayExist`: the backend did not say; another backend must not be tried while the number may live on this one. */
  | { kind: 'failed'; error: DomainError; isBackendAway: boolean; mayExist: boolean };

export type SetUpOnBackend = (draft: Draft, isShown: AbortSignal) => Promise<SetUpResult>;

type Made = { kind: 'made'; qr: { image: string; pairingCode: string | null } | null };

const askAgainAfterMs = [500, 2_000, 5_000];

/** Has a backend create the instance of a number, with our webhook in the same call, and confirms the place. */
export function createSetUpOnBackend(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  backends: Pick<Backends, 'backendOf'>;
  callbackUrl(): string;
}): SetUpOnBackend {
  return async (draft, isShown) => {
    try {
      const backend = await deps.backends.backendOf(draft.backendId);
      const made = await makeInstance(backend.control, draft);
      if (made.kind === 'failed') return made;
      await confirmPlace(draft, made);
      return { kind: 'done', warning: isShown.aborted ? null : await warningFor(draft) };
    } catch (error) {
      if (!(error instanceof DomainError))
        deps.logger.error({ event: 'number_set_up_error', err: error }, 'set-up broke off');
      const known = error instanceof DomainError ? error : cannotTell(error);
      return {
        kind: 'failed',
        error: known,
        isBackendAway: known.code === 'backend_unavailable',
        mayExist: known.code !== 'backend_unavailable',
      };
    }
  };

  async function makeInstance(
    client: EvolutionClient,
    draft: Draft,
  ): Promise<Made | Extract<SetUpResult, { kind: 'failed' }>> {
    try {
      const answer = await client.createInstance({
        instanceName: draft.backendName,
        integration: draft.integration,
        token: deps.ids.base62(32),
        qrcode: draft.integration === 'WHATSAPP-BAILEYS',
        ...(draft.number === undefined ? {} : { number: draft.number }),
        webhook: {
          enabled: true,
          url: `${deps.callbackUrl()}/hooks/evolution/${draft.inbound.id}`,
          headers: { authorization: `Bearer ${draft.inbound.secret}` },
          byEvents: false,
          base64: false,
          events: [...EVOLUTION_EVENTS],
        },
      });
      const { base64, pairingCode } = answer.qrcode ?? {};
      return { kind: 'made', qr: base64 === undefined ? null : { image: base64, pairingCode: pairingCode ?? null } };
    } catch (error) {
      if (!(error instanceof EvolutionError)) throw error;
      return afterFailedCreate(client, draft, error);
    }
  }

  // A second create of one name would destroy the first one's instance, so the backend is only ever asked.
  async function afterFailedCreate(
    client: EvolutionClient,
    draft: Draft,
    error: EvolutionError,
  ): Promise<Made | Extract<SetUpResult, { kind: 'failed' }>> {
    if (error.kind === 'unreachable') return failed(error, { isBackendAway: true });
    if (error.kind === 'unauthorized' || error.kind === 'refused') return failed(error, { isBackendAway: false });
    const waits = error.kind === 'failed' ? [0] : askAgainAfterMs;
    for (const ms of waits) {
      await setTimeout(ms);
      const found = await isThere(client, draft.backendName);
      if (found === true) return { kind: 'made', qr: null };
      if (found === undefined) return { ...failed(error, { isBackendAway: true }), mayExist: true };
    }
    return failed(error, { isBackendAway: error.kind !== 'failed' });
  }

  async function confirmPlace(draft: Draft, made: Made): Promise<void> {
    await inTransaction(deps.db, async (tx) => {
      await confirm(tx, draft.reservationId);
      const number = await lockNumberForFacts(tx, draft.id);
      if (!(await endCreation(tx, draft.id, draft.reservationId)) || number === undefined) return;
      const created: NewEvent = {
        userId: draft.userId,
        type: 'number.created',
        phoneNumberId: draft.id,
        messageId: null,
        payload: { phone_number_id: draft.id, instance_name: number.instanceName, display_name: number.displayName },
      };
      const facts =
        draft.integration !== 'WHATSAPP-BAILEYS'
          ? [{ kind: 'state', state: 'open', at: null } as const]
          : made.qr !== null && number.status === 'initializing'
            ? [{ kind: 'qr', at: null, ...made.qr } as const]
            : [];
      await appendEvents(tx, deps.ids, [created, ...(await applyConnectionFacts(tx, number, facts))]);
    });
  }

  async function warningFor(draft: Draft): Promise<string | null> {
    const [state] = await readStates(deps.db, [draft.id]);
    if (state === undefined || state.heardAt !== null) return null;
    deps.logger.warn({ event: 'no_call_from_backend', backend_id: draft.backendId }, 'the backend has not called back');
    return `The backend has not called ${deps.callbackUrl()} yet: BACKEND_CALLBACK_URL may be wrong.`;
  }
}

/** Whether a backend has an instance of this name; undefined when it does not say. */
export async function isThere(client: EvolutionClient, backendName: string): Promise<boolean | undefined> {
  try {
    return (await client.connectionState(backendName)) !== 'not_loaded' || undefined;
  } catch (error) {
    if (error instanceof EvolutionError && error.kind === 'not_found') return false;
    return undefined;
  }
}

function failed(error: EvolutionError, options: { isBackendAway: boolean }): Extract<SetUpResult, { kind: 'failed' }> {
  const known = options.isBackendAway
    ? new DomainError('backend_unavailable', 'No backend could be reached to create the phone number.', {
        kind: 'unavailable',
        retryAfterSeconds: 5,
        cause: error,
      })
    : new DomainError('backend_failed', 'The backend could not create the phone number.', {
        kind: 'bad_gateway',
        cause: error,
      });
  return { kind: 'failed', error: known, isBackendAway: options.isBackendAway, mayExist: false };
}

function cannotTell(cause: unknown): DomainError {
  return new DomainError('backend_failed', 'The creation of the phone number could not be finished.', {
    kind: 'bad_gateway',
    cause,
  });
}
