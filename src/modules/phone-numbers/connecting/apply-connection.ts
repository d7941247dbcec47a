import type { Transaction } from 'kysely';
import { digitsOfJid } from '../../../evolution/jid.ts';
import { sha256 } from '../../../platform/crypto/digest.ts';
import type { DB } from '../../../schema.ts';
import type { NewEvent } from '../../events/index.ts';
import { type ConnectionChange, type LockedNumber, saveConnection } from './connection-system.ts';
import { countLosses } from './count-losses.ts';

/** What a backend can tell about a number's connection. */
export type ConnectionFact =
  /** `text`: what the image says. */
  | { kind: 'qr'; at: Date | null; image: string; text: string | null; pairingCode: string | null }
  | { kind: 'qr_limit'; at: Date | null }
  | { kind: 'state'; at: Date | null; state: 'open'; wuid?: string; profileName?: string }
  | { kind: 'state'; at: Date | null; state: 'connecting' | 'close' | 'refused'; statusReason?: number }
  | { kind: 'logged_out'; at: Date | null }
  /** Its backend has no such instance. */
  | { kind: 'missing'; at: Date | null }
  /** Its backend has it in its database alone, where it can neither send nor be connected. */
  | { kind: 'not_loaded'; at: Date | null }
  /** Neither a code nor a connection came, in spite of a reset. */
  | { kind: 'timed_out'; at: Date | null; reason: TimedOut };

/** A number without credentials waits for a code, one with them for its connection. */
export type TimedOut = 'qr_timeout' | 'connect_timeout';

/** How long one code can be scanned: the server gives WhatsApp 45 s for each and then makes the next. */
const qrLifeMs = 45_000;

/** The reason of a number in error that its backend does not have. */
export const missingOnBackend = 'missing_on_backend';

/** The reason of a number in error whose backend has not loaded it; its credentials may well be there. */
const notLoaded = 'not_loaded';

/** The reason of one whose socket we close ourselves: what its backend calls of the end of it is our own doing. */
export const restarting = 'restarting';

/** A backend repeats its calls for 21 minutes; what is older than that by its own clock cannot be late. */
const lateMsMax = 1_800_000;

/**
 * Applies facts about one number, in their order, and answers the events to append. The number must be locked by this
 * transaction. Facts older than the last applied one are left out; repeated states change nothing and tell nobody.
 * A backend tells its local time: one that is older by more than any repetition says that its clock was set back.
 */
export async function applyConnectionFacts(
  tx: Transaction<DB>,
  number: LockedNumber,
  facts: readonly ConnectionFact[],
): Promise<NewEvent[]> {
  let current = number;
  let last: ConnectionChange | undefined;
  let losses = 0;
  const events: NewEvent[] = [];
  for (const fact of facts) {
    if (isLate(fact.at, current.connectionAt)) continue;
    const change = changeFor(current, fact) ?? repetition(current, fact);
    if (change === undefined) continue;
    const type = eventFor(current, change);
    if (isLoss(current, fact, change)) losses++;
    last = { ...last, ...change };
    current = {
      ...current,
      status: change.status,
      statusReason: change.statusReason === undefined ? current.statusReason : change.statusReason,
      qrCode: change.qr === undefined ? current.qrCode : (change.qr?.image ?? null),
      overQrDigest: change.qr === null && current.qrCode !== null ? sha256(current.qrCode) : current.overQrDigest,
      pairingCode: change.qr === undefined ? current.pairingCode : (change.qr?.pairingCode ?? null),
      connectionAt: fact.at ?? current.connectionAt,
      phoneNumber: change.owner?.phoneNumber ?? current.phoneNumber,
    };
    if (type !== undefined) events.push(connectionEvent(type, current, change));
  }
  if (last !== undefined) await saveConnection(tx, number.id, { ...last, at: current.connectionAt });
  if (losses > 0) events.push(...(await countLosses(tx, current, losses)));
  return events;
}

function isLate(at: Date | null, last: Date | null): boolean {
  if (at === null || last === null || at >= last) return false;
  return last.getTime() - at.getTime() <= lateMsMax;
}

function changeFor(number: LockedNumber, fact: ConnectionFact): ConnectionChange | undefined {
  switch (fact.kind) {
    case 'qr':
      return changeForQr(number, fact);
    case 'qr_limit':
      return number.status === 'connected' ? undefined : disconnected(number, 'qr_expired');
    case 'logged_out':
      return loggedOut(number, fact);
    case 'missing':
      return number.status === 'error' && number.statusReason === missingOnBackend
        ? undefined
        : { status: 'error', statusReason: missingOnBackend, qr: null, attempt: 'ended', isPaired: false };
    case 'not_loaded':
      return number.status === 'error' && number.statusReason === notLoaded
        ? undefined
        : { status: 'error', statusReason: notLoaded, qr: null, attempt: 'ended' };
    case 'timed_out':
      return { status: 'error', statusReason: fact.reason, qr: null, attempt: 'ended' };
    case 'state':
      return changeForState(number, fact);
    default:
      return fact satisfies never;
  }
}

function changeForQr(
  number: LockedNumber,
  fact: Extract<ConnectionFact, { kind: 'qr' }>,
): ConnectionChange | undefined {
  // A code that arrives late must not hide that the phone has scanned an earlier one.
  if (number.status === 'connected' || !isQrImage(fact.image)) return undefined;
  // A backend that makes the next QR code need not repeat the pairing code, which lives longer.
  const pairingCode = fact.pairingCode ?? number.pairingCode;
  const isNew = fact.image !== number.qrCode;
  if (isOver(number, fact)) return undefined;
  // What the backend called before is applied by now; an answer may be ahead of it.
  const statusReason = fact.at === null && number.statusReason === restarting ? restarting : null;
  if (!isNew && pairingCode === number.pairingCode)
    return statusReason === number.statusReason ? undefined : { status: 'qr_ready', statusReason };
  return {
    status: 'qr_ready',
    statusReason,
    qr: { image: fact.image, text: textOfQr(fact), pairingCode, expiresInMs: isNew ? qrLifeMs : undefined },
    attempt: 'ended',
    isPaired: false,
  };
}

// What is stored here is shown in browsers later.
function isQrImage(image: string): boolean {
  return image.length <= 65_536 && /^data:image\/png;base64,[A-Za-z0-9+/]+={0,2}$/.test(image);
}

// What can be scanned is short; Postgres cannot hold U+0000.
function textOfQr({ text }: { text: string | null }): string | null {
  return text !== null && /^[\x20-\x7e]{1,2000}$/.test(text) ? text : null;
}

function changeForState(
  number: LockedNumber,
  fact: Extract<ConnectionFact, { kind: 'state' }>,
): ConnectionChange | undefined {
  switch (fact.state) {
    case 'open': {
      const owner = fact.wuid === undefined ? undefined : ownerOf(fact.wuid, fact.profileName);
      if (number.status === 'connected' && (owner === undefined || owner.phoneNumber === number.phoneNumber))
        return undefined;
      const change = { status: 'connected', statusReason: null, qr: null, attempt: 'ended', isPaired: true } as const;
      return { ...change, ...(owner === undefined ? {} : { owner }) };
    }
    case 'connecting':
      // A connected number says so for milliseconds when its socket drops, and one without network all the time.
      if (number.status !== 'disconnected' && number.status !== 'error') return undefined;
      if (number.statusReason !== null && timedOut.includes(number.statusReason)) return undefined;
      return { status: 'initializing', statusReason: null, attempt: 'begins' };
    case 'close':
      if (fact.statusReason === 401) return loggedOut(number, fact);
      return isOurDoing(number, fact) ? undefined : lost(number, 'connection_closed');
    case 'refused':
      return lost(number, 'connection_refused');
    default:
      return fact satisfies never;
  }
}

const timedOut: readonly string[] = ['qr_timeout', 'connect_timeout'] satisfies TimedOut[];

/**
 * Whether it is the last code of a socket that is gone, which nobody can scan: what is answered before the first one of
 * the new socket, and what was called before we ended it and comes only now.
 */
function isOver(number: LockedNumber, fact: Extract<ConnectionFact, { kind: 'qr' }>): boolean {
  if (number.qrCode !== null || number.overQrDigest === null) return false;
  return (fact.at === null || number.statusReason === restarting) && number.overQrDigest.equals(sha256(fact.image));
}

function isOurDoing(number: LockedNumber, fact: ConnectionFact): boolean {
  return number.statusReason === restarting && fact.at !== null;
}

function loggedOut(number: LockedNumber, fact: ConnectionFact): ConnectionChange | undefined {
  const change = isOurDoing(number, fact) ? undefined : disconnected(number, 'logged_out');
  return change === undefined ? undefined : { ...change, isPaired: false };
}

// What was connected has a phone's credentials, whoever noted that it was.
function lost(number: LockedNumber, statusReason: string): ConnectionChange | undefined {
  const change = disconnected(number, statusReason);
  return change === undefined || number.status !== 'connected' ? change : { ...change, isPaired: true };
}

function disconnected(number: LockedNumber, statusReason: string): ConnectionChange | undefined {
  if (number.status === 'disconnected') return undefined;
  return { status: 'disconnected', statusReason, qr: null, attempt: 'ended' };
}

/**
 * Whether a connection was lost. A socket that drops and comes back is told by its next `open` alone: a backend says
 * nothing of the end, and `connecting` as often as it likes.
 */
function isLoss(number: LockedNumber, fact: ConnectionFact, change: ConnectionChange): boolean {
  if (number.status !== 'connected' || fact.kind !== 'state') return false;
  if (fact.state === 'open') return fact.at !== null && number.connectionAt !== null && fact.at > number.connectionAt;
  return change.status === 'disconnected' && change.statusReason !== 'logged_out';
}

// What says nothing new still says when it was so: an older call that arrives later must not undo it.
function repetition(number: LockedNumber, fact: ConnectionFact): ConnectionChange | undefined {
  const isTelling = fact.kind !== 'qr' && !(fact.kind === 'state' && fact.state === 'connecting');
  const isNewer = fact.at !== null && fact.at.getTime() !== number.connectionAt?.getTime();
  return isTelling && isNewer ? { status: number.status } : undefined;
}

function ownerOf(wuid: string, profileName: string | undefined): NonNullable<ConnectionChange['owner']> {
  return { jid: wuid, phoneNumber: digitsOfJid(wuid), profileName: profileName ?? null };
}

function eventFor(number: LockedNumber, change: ConnectionChange): NewEvent['type'] | undefined {
  if (change.qr) return 'number.qr';
  const isNewReason = change.statusReason !== undefined && change.statusReason !== number.statusReason;
  if (change.status === number.status && !(change.status === 'error' && isNewReason)) return undefined;
  if (change.status === 'connected') return 'number.connected';
  if (change.status === 'disconnected') return 'number.disconnected';
  if (change.status === 'error') return 'number.error';
  return undefined;
}

function connectionEvent(type: NewEvent['type'], number: LockedNumber, change: ConnectionChange): NewEvent {
  return {
    userId: number.userId,
    type,
    phoneNumberId: number.id,
    messageId: null,
    payload: {
      phone_number_id: number.id,
      instance_name: number.instanceName,
      alias: number.alias,
      display_name: number.displayName,
      phone_number: number.phoneNumber,
      status: change.status,
      status_reason: change.statusReason ?? null,
      ...(change.qr ? { qr_code: change.qr.image, qr_text: change.qr.text, pairing_code: change.qr.pairingCode } : {}),
    },
  };
}
