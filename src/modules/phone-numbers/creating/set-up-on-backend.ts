import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { EvolutionClient } from '../../../evolution/client.ts';
import { EvolutionError } from '../../../evolution/errors.ts';
import { databaseUnavailable } from '../../../platform/database/batch.ts';
import { isDatabaseTrouble } from '../../../platform/database/failures.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import type { DomainError } from '../../../platform/errors.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import type { Backend, Backends } from '../../backends/index.ts';
import { readStates } from '../connecting/connection-system.ts';
import { backendDoesNotSay, backendFailed, noBackendReached } from '../errors.ts';
import { instanceWebhook } from '../instance-webhook.ts';
import type { Draft } from './creation.ts';
import { confirmCreation } from './settle-creation.ts';

export type SetUpResult =
  | { kind: 'done'; warning: string | null }
  /**
   * `mayExist`: the backend did not say; another one must not be tried while the number may live on this one.
   * `isBackendOut`: this backend is not worth another try.
   */
  | { kind: 'failed'; error: DomainError; isBackendOut: boolean; mayExist: boolean };

export type SetUpOnBackend = (draft: Draft, isShown: AbortSignal) => Promise<SetUpResult>;

type Failed = Extract<SetUpResult, { kind: 'failed' }>;
type MadeQr = { image: string; text: string | null; pairingCode: string | null };
type Made = { kind: 'made'; qr: MadeQr | null };

const askAgainAfterMs = [500, 2_000, 5_000];
const confirmTriesMax = 3;
const noQrYet = 'The backend has no QR code yet: it may not reach WhatsApp. Ask for the QR code later.';
const notCalledBack =
  'The backend has not called back yet, so states and messages may not arrive: BACKEND_CALLBACK_URL may be wrong.';

/** Has a backend create the instance of a number, with our webhook in the same call, and confirms the place. */
export function createSetUpOnBackend(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  backends: Pick<Backends, 'backendOf'>;
  callbackUrl(): string;
  askAgainAfterMs?: readonly number[];
}): SetUpOnBackend {
  return async (draft, isShown) => {
    let backend: Backend;
    try {
      backend = await deps.backends.backendOf(draft.backendId);
    } catch (error) {
      return failed(noBackendReached(error), { isBackendOut: true });
    }
    try {
      const made = await makeInstance(backend.control, draft);
      if (made.kind === 'failed') return made;
      await confirmSurely(draft, made);
      return { kind: 'done', warning: isShown.aborted ? null : await warningFor(draft) };
    } catch (error) {
      deps.logger.error(
        { event: 'number_set_up_broke_off', phone_number_id: draft.id, backend_id: draft.backendId, err: error },
        'the set-up of a number broke off',
      );
      return {
        ...failed(isDatabaseTrouble(error) ? databaseUnavailable(error) : backendDoesNotSay(error)),
        mayExist: true,
      };
    }
  };

  async function makeInstance(client: EvolutionClient, draft: Draft): Promise<Made | Failed> {
    try {
      const answer = await client.createInstance({
        instanceName: draft.backendName,
        integration: draft.integration,
        // The official channel calls Meta with its instance's own token.
        token: draft.official?.accessToken ?? deps.ids.base62(32),
        ...(draft.official === undefined ? {} : { businessId: draft.official.businessId }),
        qrcode: draft.integration === 'WHATSAPP-BAILEYS',
        ...numberOf(draft),
        ...settingsOfCreate(draft.settings),
        webhook: instanceWebhook(deps.callbackUrl(), draft.inbound),
      });
      const { base64: image, code: text = null, pairingCode = null } = answer.qrcode ?? {};
      return { kind: 'made', qr: image === undefined ? null : { image, text, pairingCode } };
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
  ): Promise<Made | Failed> {
    if (error.kind === 'unreachable') return failed(noBackendReached(error), { isBackendOut: true });
    if (error.kind === 'unauthorized' || error.kind === 'refused')
      return failed(backendFailed(error), { isBackendOut: true });
    const waits = error.kind === 'failed' ? [0] : (deps.askAgainAfterMs ?? askAgainAfterMs);
    for (const ms of waits) {
      await setTimeout(ms);
      const found = await isThere(client, draft.backendName);
      if (found === true) return { kind: 'made', qr: null };
      if (found === undefined) return { ...failed(backendDoesNotSay(error)), mayExist: true };
    }
    return failed(error.kind === 'failed' ? backendFailed(error) : noBackendReached(error));
  }

  // The instance is there by now, so a database that is away for a moment is waited for.
  async function confirmSurely(draft: Draft, made: Made): Promise<void> {
    for (let tried = 1; ; tried++) {
      try {
        return await inTransaction(deps.db, (tx) => confirmCreation(tx, deps.ids, draft, made.qr));
      } catch (error) {
        if (tried >= confirmTriesMax || !isDatabaseTrouble(error)) throw error;
        await setTimeout(tried * 1_000);
      }
    }
  }

  async function warningFor(draft: Draft): Promise<string | null> {
    // Only a QR code makes the backend call back before it has answered.
    if (draft.integration !== 'WHATSAPP-BAILEYS') return null;
    const [state] = await readStates(deps.db, [draft.id]);
    if (state === undefined) return null;
    if (state.heardAt !== null) return state.status === 'initializing' ? noQrYet : null;
    deps.logger.warn(
      { event: 'no_call_from_backend', backend_id: draft.backendId, callback_url: deps.callbackUrl() },
      'the backend has not called back: BACKEND_CALLBACK_URL may be wrong',
    );
    return notCalledBack;
  }
}

// A server that is told a number with a line by phone makes a pairing code for it.
function numberOf({ number, pairingNumber }: Draft): { number?: string } {
  const told = number ?? pairingNumber;
  return told === undefined ? {} : { number: told };
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

function failed(error: DomainError, options: { isBackendOut?: boolean } = {}): Failed {
  return { kind: 'failed', error, isBackendOut: options.isBackendOut ?? false, mayExist: false };
}

// A create does not take what stands here alone: the fleet sets it afterwards.
function settingsOfCreate(settings: Draft['settings']) {
  const { wavoipToken: _wavoipToken, ...taken } = settings ?? {};
  return taken;
}
