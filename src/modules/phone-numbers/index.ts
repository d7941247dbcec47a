import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import type { SecretBox } from '../../platform/crypto/secret-box.ts';
import { cutPage } from '../../platform/cursor.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import { within } from '../../platform/within.ts';
import type { DB } from '../../schema.ts';
import type { Backends } from '../backends/index.ts';
import type { Users } from '../users/index.ts';
import type { Webhooks } from '../webhooks/index.ts';
import { createChangeNumber, createRotateToken } from './change-number.ts';
import { createChangeSettings } from './change-settings.ts';
import { createCheckConnection } from './connecting/check-connection.ts';
import { type ConnectingOptions, createConnecting } from './connecting/connecting.ts';
import { createNumberWatch } from './connecting/watch-numbers.ts';
import { createCreateNumber } from './creating/create-number.ts';
import { countElsewhere } from './creating/creation-system.ts';
import { createFinishCreations } from './creating/finish-creations.ts';
import { createSetUpOnBackend } from './creating/set-up-on-backend.ts';
import { createDeleteNumber, createRemoveDeleted } from './delete-number.ts';
import { createDesired } from './desired/desired.ts';
import { createMoveNumber } from './moving/move-number.ts';
import { claimMoves } from './moving/moves-system.ts';
import { createPauseNumber } from './pausing/pause-number.ts';
import type { PhoneNumber } from './phone-number.ts';
import { findPhoneNumber, listPhoneNumbers, type NumbersPage } from './phone-numbers-repository.ts';
import { createRelay } from './relay/relay.ts';
import { createResolveToken } from './resolve-token.ts';
import { createOpenShare } from './sharing/open-share.ts';
import { createShareLinks } from './sharing/share-links.ts';
import type { Uptime } from './uptime/uptime.ts';
import { readUptime, readUptimes } from './uptime/uptime-repository.ts';

export { applyConnectionFacts, type ConnectionFact } from './connecting/apply-connection.ts';
export { type LockedNumber, lockNumberForFacts, noteHeard } from './connecting/connection-system.ts';
export type { Desired } from './desired/desired.ts';
export type { DesiredNumber } from './desired/desired-system.ts';
export { differingSettings, type NumberSettings, wholeSettings } from './desired/number-settings.ts';
export { findInboundSecret, type InboundSecretRow } from './inbound-secrets-system.ts';
export { aliasLengthMax, isAlias } from './naming/alias.ts';
export { askNumberFigures } from './numbers-metrics.ts';
export type { NumberStatus, PhoneNumber, SendableNumber } from './phone-number.ts';
export type { Forwarded, ForwardName } from './relay/forward.ts';
export { decodePlace, encodePlace } from './relay/relay-cursor.ts';
export { relayFailure } from './relay/relay-errors.ts';
export type { Uptime } from './uptime/uptime.ts';

export type PhoneNumbers = ReturnType<typeof createPhoneNumbers>;

/** Users' WhatsApp lines, from the first QR code to their end. */
export function createPhoneNumbers(deps: {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  logger: Logger;
  secretBox: SecretBox;
  users: Pick<Users, 'lockUser' | 'checkGuesses' | 'noteFailedGuess'>;
  webhooks: Pick<
    Webhooks,
    | 'requireUsableUrl'
    | 'setNumberEndpoint'
    | 'removeNumberEndpoints'
    | 'requireUsableEndpoint'
    | 'setEvolutionEndpoint'
  >;
  backends: Pick<Backends, 'backendOf' | 'requireUsable'>;
  /** Where backends reach us, without a trailing slash; asked for each time, since a free port is known only later. */
  callbackUrl(): string;
  /** Where people reach us, without a trailing slash. */
  serverUrl: string;
  /** Waits, in ms, between the questions whether a create that was cut off has made it; 500, 2,000, 5,000 if unset. */
  askAgainAfterMs?: readonly number[];
  connecting?: ConnectingOptions;
}) {
  const underWay = new Set<Promise<unknown>>();
  const keepAlive = (work: Promise<unknown>) => {
    const done = work
      .catch((error) => deps.logger.error({ event: 'background_work_failed', err: error }, 'background work failed'))
      .finally(() => underWay.delete(done));
    underWay.add(done);
  };
  const tokens = createResolveToken(deps);
  const checkConnection = createCheckConnection({ ...deps, tokens });
  const shared = { ...deps, keepAlive, watch: createNumberWatch(deps), tokens, checkConnection };
  const deleteNumber = createDeleteNumber(shared);
  const moves = createMoveNumber(shared);
  const connecting = createConnecting({ ...shared, remake });
  const { fetchQr } = connecting;

  async function remake(id: number, reason: string): Promise<{ outcome: 'moved' | 'moving' }> {
    const result = await moves.move(id, { reason });
    tokens.forget(id);
    return result;
  }

  const desired = createDesired(shared);

  return {
    /**
     * Resolves with the first QR code or the connection, after 25 s with what there is by then; `token` is in clear this
     * once. Throws `invalid_url`, `alias_taken`, `phone_number_limit`, `no_backend_available`, `backend_failed` (nothing
     * was made) and `backend_unavailable` (nothing was made, or the backend did not say: then finishCreations decides).
     */
    create: createCreateNumber({ ...shared, setUpOnBackend: createSetUpOnBackend(shared) }),
    /**
     * The number with a code that can be scanned; `qrCode` is null once it is connected, or when none came within 8 s.
     * Throws `not_found`, `backend_unavailable`, `backend_failed`.
     */
    fetchQr,
    /**
     * The same for a number that is not connected, with a pairing code for `pairingNumber` (digits) where one is named.
     * Also throws `move_under_way`, `creation_under_way`.
     */
    connect: connecting.connect,
    /** Restart, log-out and re-creation, as a user orders them for a number of his, or an operator for any. */
    orders: connecting.orders,
    /** Steps of a repair, for the fleet; `busy` while anybody else works on the number. */
    repairs: connecting.repairs,
    /** What is undefined stays, null takes away. Throws `not_found`, `invalid_url`, `alias_taken`. */
    change: createChangeNumber(shared),
    /**
     * `token` is in clear this once; the former ones work for `overlapHours` more at most, 0 ending them at once here and
     * within a second in other processes. Throws `not_found`.
     */
    rotateToken: createRotateToken(shared),
    /** Lets it send nothing, or send again; see its own description. */
    ...createPauseNumber(shared),
    /**
     * Asks the backend how the number is connected and applies what it says: connected, disconnected, or in error as
     * `missing_on_backend`. At most once in 10 s per number; never rejects.
     */
    checkConnection,
    /** What each number should be on its backend; see its own descriptions. */
    desired,
    /**
     * Sets how a number behaves by itself; what is left out stays. Answers all settings. Throws `not_found` and what a
     * relayed change throws.
     */
    changeSettings: createChangeSettings({ ...deps, desired }),
    /** The user's connected number that a token, or an id of ours, stands for; by token a second old at most. */
    requireConnected: shared.tokens.requireConnected,
    /** The same, whether it is connected or not. */
    requireOwn: shared.tokens.requireOwn,
    /** The number that a token opens, whoever presents it; a second old at most. */
    ofToken: shared.tokens.ofToken,
    /** The user's number of this name: its alias, or its instance name; a second old at most. */
    named: shared.tokens.named,

    /** Links to a page by which the owner of a phone connects it without an account, as their user handles them. */
    shareLinks: createShareLinks(deps),
    /** What the visitors of such a link see and do. */
    openShare: createOpenShare({ ...shared, fetchQr, connect: connecting.connect }),

    /** How long the number was connected in the last 24 hours, 7 and 30 days. Throws `not_found`. */
    async uptime(userId: number, id: number): Promise<Uptime> {
      const uptime = await readUptime(deps.db, userId, id);
      if (uptime === undefined) throw notFound('Phone number');
      return uptime;
    },
    /** For operators: the same of these numbers of any user. */
    uptimes: (ids: readonly number[]): Promise<Map<number, Uptime>> => readUptimes(deps.db, ids),

    /** Chats, groups, profile and media, as the number's own backend has them; see their own descriptions. */
    relay: createRelay(shared),

    /** Ends the number for its user at once, and on its backend in the background. Throws `not_found`. */
    async delete(userId: number, id: number): Promise<void> {
      await deleteNumber(userId, id);
      shared.tokens.forget(id);
    },

    /**
     * For operators: moves a number of any user to the named backend, or to the least loaded that suits its user, and
     * asks for the code to scan there. `moving`: its old backend has not said yet that it is gone; finishMoves goes on.
     * Throws `not_found`, `number_not_movable`, `move_under_way`, `no_backend_available`, `backend_unavailable` and
     * `backend_failed`, after which all is as it was.
     */
    async move(
      id: number,
      target: { backendId?: number } = {},
    ): Promise<{ outcome: 'moved' | 'moving'; number: PhoneNumber }> {
      const { userId, outcome } = await moves.move(id, target);
      shared.tokens.forget(id);
      const shown = outcome === 'moved' ? await fetchQr(userId, id).catch(() => undefined) : undefined;
      const number = shown ?? (await findPhoneNumber(deps.db, userId, id));
      if (number === undefined) throw notFound('Phone number');
      return { outcome, number };
    },

    /** Throws `not_found` for a number of somebody else as for none. */
    async get(userId: number, id: number): Promise<PhoneNumber> {
      const number = await findPhoneNumber(deps.db, userId, id);
      if (number === undefined) throw notFound('Phone number');
      return number;
    },

    /** A page of the user's numbers, oldest first, and where the next one begins; null at the end. */
    async list(
      userId: number,
      page: NumbersPage,
    ): Promise<{ numbers: PhoneNumber[]; next: { createdAt: Date; id: number } | null }> {
      const rows = await listPhoneNumbers(deps.db, userId, { ...page, limit: page.limit + 1 });
      const { page: numbers, next } = cutPage(rows, page.limit);
      return { numbers, next };
    },

    /** How many live numbers are on backends with none of these URLs. */
    countElsewhere: (urls: readonly string[]) => countElsewhere(deps.db, urls),

    /** Periodic: settles creations that nobody finished within 60 s, as far as their backends say. Safe in parallel. */
    finishCreations: createFinishCreations(shared),
    /** Periodic: goes on with moves that nobody worked on for 60 s. Safe in parallel. */
    async finishMoves(): Promise<void> {
      await Promise.all((await claimMoves(deps.db, 20)).map(moves.proceed));
    },
    /** Periodic: takes numbers deleted 45 s ago or earlier off backends that did not say so yet. Safe in parallel. */
    removeDeleted: createRemoveDeleted(shared),
    /** Periodic: forgets codes that ran out 2 s ago or earlier; their numbers are disconnected by `qr_expired`. */
    expireQrCodes: connecting.expireQrCodes,
    /**
     * Periodic: resets numbers whose code, or connection, did not come within 20 s, and gives up after 20 s more; ends
     * the loops of those that stayed connected. Waits for no backend. Safe in parallel.
     */
    superviseConnecting: connecting.supervise,

    /** Waits for what goes on behind answers already given, `withinMs` at most; the periodic tasks finish the rest. */
    async close(withinMs: number): Promise<void> {
      desired.close();
      await within(withinMs, Promise.all(underWay));
    },
  };
}
