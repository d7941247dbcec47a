import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import { hintOf, makeCheckedToken } from '../../../platform/crypto/checked-token.ts';
import { sha256 } from '../../../platform/crypto/digest.ts';
import type { SecretBox } from '../../../platform/crypto/secret-box.ts';
import { inTransaction } from '../../../platform/database/transaction.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import { createTurns } from '../../../platform/turns.ts';
import type { DB } from '../../../schema.ts';
import { type PlacementWish, type Reservation, replaceReservation, reserve } from '../../backends/index.ts';
import type { Users } from '../../users/index.ts';
import type { EvolutionEndpointWish, Webhooks } from '../../webhooks/index.ts';
import type { NumberWatch } from '../connecting/watch-numbers.ts';
import { saveSettings } from '../desired/desired-system.ts';
import type { NumberSettings } from '../desired/number-settings.ts';
import { phoneNumberLimit, translateAliasConflict } from '../errors.ts';
import { makeInboundSecret } from '../inbound-secret.ts';
import type { Integration, PhoneNumber } from '../phone-number.ts';
import { countPhoneNumbers, findPhoneNumber, insertPhoneNumber } from '../phone-numbers-repository.ts';
import { insertToken } from '../tokens-repository.ts';
import type { Draft } from './creation.ts';
import { placeNumber } from './creation-system.ts';
import type { SetUpOnBackend, SetUpResult } from './set-up-on-backend.ts';
import { giveBackCreation } from './settle-creation.ts';

export const tokenPrefix = 'eft_';

export type CreateNumberInput = {
  userId: number;
  displayName: string | null;
  alias: string | null;
  webhookUrl: string | null;
  integration: Integration;
  /** Asked for by integrations whose server needs to know the number; digits. */
  number?: string;
  /** Whom a pairing code is wished for, of a line by phone; digits. */
  pairingNumber?: string;
  /** Of the official Cloud API alone. */
  official?: { businessId: string; accessToken: string };
  /** What its user chose already; the rest is as usual. */
  settings?: Partial<NumberSettings>;
  /** Hears of the creation itself, too. */
  evolutionEndpoint?: EvolutionEndpointWish;
};

/** The number as it stands when there is something to show, its token in clear, and what the user should look at. */
export type CreatedNumber = { number: PhoneNumber; token: string; warning: string | null };

type Deps = {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  secretBox: SecretBox;
  users: Pick<Users, 'lockUser'>;
  webhooks: Pick<Webhooks, 'requireUsableUrl' | 'setNumberEndpoint' | 'requireUsableEndpoint' | 'setEvolutionEndpoint'>;
  watch: NumberWatch;
  setUpOnBackend: SetUpOnBackend;
  /** Work that goes on after the answer; waited for when the process closes. */
  keepAlive(work: Promise<unknown>): void;
};

const triesMax = 8;
// Of these on one backend: then one that fails every creation gets no more of this one, and one that failed by chance
// keeps its turn, so that the loads stay even.
const triesPerBackendMax = 4;
const answerWithinMs = 25_000;
// Placements wait for one another in the database, each holding a connection that the process needs for all else.
const placementsAtOnce = 3;

/**
 * Creates a phone number: a place is reserved under the plan's limit, the backend makes the instance with our webhook
 * in the same call, and the answer comes with the first QR code (or the connection, where none is needed). A backend
 * that proves it made nothing is followed by the next; the place is given back when none is left.
 */
export function createCreateNumber(deps: Deps) {
  const inTurn = createTurns(placementsAtOnce);

  return async function createNumber(input: CreateNumberInput): Promise<CreatedNumber> {
    if (input.webhookUrl !== null) deps.webhooks.requireUsableUrl(input.webhookUrl);
    if (input.evolutionEndpoint !== undefined) deps.webhooks.requireUsableEndpoint(input.evolutionEndpoint);
    const token = makeCheckedToken(deps.ids, tokenPrefix);
    const first = await begin(input, token);
    const isShown = new AbortController();
    const setUp = setUpSomewhere(first, isShown.signal);
    deps.keepAlive(setUp);
    const shown = deps.watch
      .until(first.id, (state) => state.hasQr || state.status === 'connected', {
        withinMs: answerWithinMs,
        signal: isShown.signal,
      })
      .then(() => undefined);
    const result = await Promise.race([shown, setUp]);
    isShown.abort();
    if (result?.kind === 'failed') throw result.error;
    const number = await findPhoneNumber(deps.db, input.userId, first.id);
    if (number === undefined) throw new DomainError('not_found', 'Phone number not found.', { kind: 'not_found' });
    return { number, token, warning: result?.kind === 'done' ? result.warning : null };
  };

  async function begin(input: CreateNumberInput, token: string): Promise<Draft> {
    const hint = hintOf(token, tokenPrefix);
    const place = () =>
      inTransaction(deps.db, async (tx) => {
        const user = await deps.users.lockUser(tx, input.userId);
        if (user === undefined) throw new DomainError('not_found', 'User not found.', { kind: 'not_found' });
        if ((await countPhoneNumbers(tx, input.userId)) >= user.maxPhoneNumbers)
          throw phoneNumberLimit(user.maxPhoneNumbers);
        const instanceName = `user_${input.userId}_${deps.clock.now().getTime()}_${deps.ids.bytes(4).toString('hex')}`;
        const reservation = await reserve(tx, deps.ids, { userId: input.userId });
        const id = await insertPhoneNumber(tx, { ...input, instanceName, tokenHint: hint });
        await insertToken(tx, { phoneNumberId: id, hash: sha256(token), hint });
        const placed = await putThere(tx, id, reservation);
        const {
          userId,
          integration,
          number: own,
          pairingNumber,
          official,
          webhookUrl,
          settings,
          evolutionEndpoint,
        } = input;
        const owner = { userId, phoneNumberId: id };
        if (webhookUrl !== null) await deps.webhooks.setNumberEndpoint(tx, owner, webhookUrl);
        if (evolutionEndpoint !== undefined) await deps.webhooks.setEvolutionEndpoint(tx, owner, evolutionEndpoint);
        if (settings !== undefined) await saveSettings(tx, userId, id, settings);
        return { id, userId, integration, number: own, pairingNumber, official, settings, ...placed };
      });
    return translateAliasConflict(() => inTurn(place));
  }

  async function putThere(tx: Transaction<DB>, id: number, place: Reservation) {
    const { id: installationId } = await tx.selectFrom('installation').select('id').executeTakeFirstOrThrow();
    const backendName = `ef-${installationId}-${deps.ids.base36(16)}`;
    if (!(await placeNumber(tx, id, { ...place, backendName }))) throw new DeletedMeanwhile();
    const inbound = await makeInboundSecret(tx, deps, { phoneNumberId: id, backendName });
    return { backendId: place.backendId, backendName, reservationId: place.reservationId, inbound };
  }

  async function setUpSomewhere(first: Draft, isShown: AbortSignal): Promise<SetUpResult> {
    const failures = new Map<number, number>();
    let draft = first;
    for (let tried = 1; ; tried++) {
      const result = await deps.setUpOnBackend(draft, isShown);
      if (result.kind === 'done') return result;
      deps.logger.warn(
        {
          event: 'number_set_up_failed',
          phone_number_id: draft.id,
          backend_id: draft.backendId,
          tried,
          reason: result.error.message,
        },
        'a backend could not create a phone number',
      );
      if (result.mayExist) return result;
      const before = failures.get(draft.backendId) ?? 0;
      failures.set(draft.backendId, result.isBackendOut ? Number.POSITIVE_INFINITY : before + 1);
      const next =
        tried >= triesMax ? undefined : await moveReservation(draft, { userId: draft.userId, ...wishAfter(failures) });
      if (next === undefined) {
        await inTransaction(deps.db, (tx) => giveBackCreation(tx, draft));
        return result;
      }
      draft = next;
    }
  }

  // Undefined when nowhere is left to try.
  async function moveReservation(draft: Draft, wish: PlacementWish): Promise<Draft | undefined> {
    try {
      return await inTurn(() =>
        inTransaction(deps.db, async (tx) => {
          const place = await replaceReservation(tx, deps.ids, draft.reservationId, wish);
          return { ...draft, ...(await putThere(tx, draft.id, place)) };
        }),
      );
    } catch (error) {
      if (error instanceof DeletedMeanwhile || (error instanceof DomainError && error.code === 'no_backend_available'))
        return undefined;
      throw error;
    }
  }
}

class DeletedMeanwhile extends Error {}

function wishAfter(failures: ReadonlyMap<number, number>): Required<Pick<PlacementWish, 'avoid' | 'exclude'>> {
  const failed = [...failures];
  return {
    avoid: failed.filter(([, times]) => times >= triesPerBackendMax).map(([id]) => id),
    exclude: failed.filter(([, times]) => times === Number.POSITIVE_INFINITY).map(([id]) => id),
  };
}
