import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { EvolutionClient } from '../../../evolution/client.ts';
import { EvolutionError } from '../../../evolution/errors.ts';
import type { SecretBox } from '../../../platform/crypto/secret-box.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { DomainError, notFound } from '../../../platform/errors.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { DB } from '../../../schema.ts';
import { type Backends, backendUnavailable, type PlacementWish, reserve } from '../../backends/index.ts';
import { isThere } from '../creating/set-up-on-backend.ts';
import { backendFailed, creationUnderWay, moveUnderWay, noBackendReached, notMovable } from '../errors.ts';
import { addInboundSecret, type InboundSecret } from '../inbound-secret.ts';
import { instanceWebhook } from '../instance-webhook.ts';
import { findMover, insertMove, type Move, type Mover, setStage } from './moves-system.ts';
import { markLeaving, settleMove, undoMove } from './settle-move.ts';

type Deps = {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  secretBox: SecretBox;
  backends: Pick<Backends, 'backendOf'>;
  callbackUrl(): string;
  checkConnection(phoneNumberId: number): Promise<void>;
};

const goneAfterMs = [100, 250, 500, 1_000, 2_000, 3_000, 4_000, 4_000];

/**
 * Moves a number to another backend without ever having it open on two: it is made on the new one unconnected, logged
 * out and deleted on the old one, and only when that one knows it no more it lives on the new one, under a new name there,
 * disconnected until its code is scanned. Token, endpoints and history are the number's own and stay. Where the new
 * backend cannot make it, or the old one does not answer, all is as it was. One that is made anew, with a reason, goes the
 * same way to the backend where it is; to another one only where that takes none.
 */
export function createMoveNumber(deps: Deps) {
  return { move, proceed };

  /**
   * Answers `moved` when it lives there, `moving` when the old backend has still not said that it is gone: then
   * `proceed` is called again later. Throws `not_found`, `number_not_movable`, `move_under_way`,
   * `no_backend_available`, `backend_unavailable`, `backend_failed`.
   */
  async function move(
    id: number,
    target: { backendId?: number; reason?: string },
  ): Promise<{ userId: number; outcome: 'moved' | 'moving' }> {
    const mover = await findMover(deps.db, id);
    if (mover === undefined) throw notFound('Phone number');
    const { begun, secret } = await begin(mover, target);
    try {
      await requireSourceAnswers(begun);
      await makeOnTarget(begun, mover, secret);
    } catch (error) {
      await undo(begun, 'preparing');
      throw error;
    }
    if (!(await inTransaction(deps.db, (tx) => markLeaving(tx, deps.ids, begun)))) throw moveUnderWay();
    const outcome = await proceed({ ...begun, stage: 'leaving' });
    if (outcome === 'undone') throw notFound('Phone number');
    return { userId: mover.userId, outcome };
  }

  /** Goes on where a move stands; for whoever holds its lease. */
  async function proceed(current: Move): Promise<'moved' | 'moving' | 'undone'> {
    if (current.stage !== 'leaving') {
      await undo(current, current.stage);
      return 'undone';
    }
    if (!(await isGoneFromSource(current))) return 'moving';
    const settled = await inTransaction(deps.db, (tx) => settleMove(tx, deps.ids, current));
    if (settled) {
      deps.logger.info(
        {
          event: 'number_moved',
          phone_number_id: current.phoneNumberId,
          from: current.fromBackendId,
          to: current.toBackendId,
        },
        'a phone number lives on another backend now',
      );
      return 'moved';
    }
    await undo(current, 'leaving');
    return 'undone';
  }

  async function begin(
    mover: Mover,
    { backendId: target, reason }: { backendId?: number; reason?: string },
  ): Promise<{ begun: Move; secret: InboundSecret }> {
    const { integration, backendId, backendName } = mover;
    if (mover.reservationId !== null && reason !== undefined) throw creationUnderWay();
    if (mover.reservationId !== null || backendId === null || backendName === null) {
      throw notMovable('It is still being created.');
    }
    if (integration === 'WHATSAPP-BUSINESS') throw notMovable('Its access token is not kept: create it anew.');
    if (target === backendId) throw notMovable('It lives on this backend.');
    const from = { ...mover, backendId, backendName };
    const elsewhere: PlacementWish = { exclude: [backendId], ...(target === undefined ? {} : { only: target }) };
    if (reason === undefined) return beginTo(from, elsewhere, null);
    try {
      return await beginTo(from, { only: backendId, evenIfFull: true }, reason);
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'no_backend_available')) throw error;
      return beginTo(from, elsewhere, reason);
    }
  }

  async function beginTo(
    { id, userId, integration, backendId, backendName, isInPool }: From,
    wish: PlacementWish,
    reason: string | null,
  ): Promise<{ begun: Move; secret: InboundSecret }> {
    return inTransaction(deps.db, async (tx) => {
      const place = await reserve(tx, deps.ids, { userId, ...wish });
      const { id: installationId } = await tx.selectFrom('installation').select('id').executeTakeFirstOrThrow();
      const toBackendName = `ef-${installationId}-${deps.ids.base36(16)}`;
      const secret = await addInboundSecret(tx, deps, { phoneNumberId: id, backendName: toBackendName });
      const begun: Move = {
        phoneNumberId: id,
        userId,
        integration,
        reservationId: place.reservationId,
        fromBackendId: backendId,
        fromBackendName: backendName,
        isFromInPool: isInPool,
        toBackendId: place.backendId,
        toBackendName,
        inboundSecretId: secret.id,
        stage: 'preparing',
        reason,
      };
      if (!(await insertMove(tx, begun))) throw moveUnderWay();
      return { begun, secret };
    });
  }

  // A backend that hangs would neither log the number out nor say so.
  async function requireSourceAnswers(current: Move): Promise<void> {
    if (!current.isFromInPool) return;
    const { control } = await deps.backends.backendOf(current.fromBackendId);
    if ((await isThere(control, current.fromBackendName)) !== undefined) return;
    // One that is only not loaded may be soon, so nobody moves it; whoever wants it anew wants it because of that.
    if (current.reason === null || !(await isNotLoaded(control, current.fromBackendName))) throw backendUnavailable();
  }

  async function makeOnTarget(current: Move, mover: Mover, secret: InboundSecret): Promise<void> {
    const { control } = await deps.backends.backendOf(current.toBackendId);
    try {
      await control.createInstance({
        instanceName: current.toBackendName,
        integration: current.integration,
        token: deps.ids.base62(32),
        qrcode: false,
        ...(current.integration === 'EVOLUTION' && mover.phoneNumber !== null ? { number: mover.phoneNumber } : {}),
        webhook: instanceWebhook(deps.callbackUrl(), secret),
      });
    } catch (error) {
      if (!(error instanceof EvolutionError)) throw error;
      throw ['unreachable', 'timeout', 'connection_lost'].includes(error.kind)
        ? noBackendReached(error)
        : backendFailed(error);
    }
  }

  async function isGoneFromSource(current: Move): Promise<boolean> {
    if (!current.isFromInPool) return true;
    try {
      const { control } = await deps.backends.backendOf(current.fromBackendId);
      await control.logout(current.fromBackendName).catch(ignoreAnswered);
      return await isGoneFrom(control, current.fromBackendName);
    } catch (error) {
      deps.logger.warn(
        { event: 'number_not_left', phone_number_id: current.phoneNumberId, err: error },
        'a phone number that moves is still on its old backend',
      );
      return false;
    }
  }

  async function undo(current: Move, from: Move['stage']): Promise<void> {
    if (from !== 'undoing' && !(await setStage(deps.db, current, from, 'undoing'))) return;
    try {
      const { control } = await deps.backends.backendOf(current.toBackendId);
      if (!(await isGoneFrom(control, current.toBackendName))) return;
    } catch (error) {
      // One that was never reached has made nothing; of any other that is silent it is asked again later.
      if (!(error instanceof EvolutionError && error.kind === 'unreachable' && from === 'preparing')) return;
    }
    await inTransaction(deps.db, (tx) => undoMove(tx, current));
    await deps.checkConnection(current.phoneNumberId);
  }

  async function isGoneFrom(client: EvolutionClient, name: string): Promise<boolean> {
    try {
      await client.deleteInstance(name);
    } catch (error) {
      if (error instanceof EvolutionError && error.kind === 'not_found') return true;
      ignoreAnswered(error);
    }
    // A delete is answered before it is done.
    for (const ms of goneAfterMs) {
      await setTimeout(ms);
      if ((await isThere(client, name)) === false) return true;
    }
    return false;
  }
}

type From = Mover & { backendId: number; backendName: string };

async function isNotLoaded(client: EvolutionClient, name: string): Promise<boolean> {
  return client.connectionState(name).then(
    (state) => state === 'not_loaded',
    () => false,
  );
}

function ignoreAnswered(error: unknown): void {
  if (error instanceof EvolutionError && !['unreachable', 'timeout', 'connection_lost'].includes(error.kind)) return;
  throw error;
}
