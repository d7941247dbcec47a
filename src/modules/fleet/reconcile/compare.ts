import { type Desired, type DesiredNumber, differingSettings } from '../../phone-numbers/index.ts';
import type { Finding, FindingKind, Sighting } from '../findings-system.ts';
import type { Observed, SeenState } from './observe.ts';

/** When a number counts as silent, in milliseconds. */
export type SilenceRule = {
  /** How long it must have been quiet before its backend is asked for its latest message. */
  quietMs: number;
  /** How much later than the last call that message must be: clocks differ, and calls are noted once in 10 s. */
  marginMs: number;
  /** A call may take its time: a message younger than this proves nothing yet. */
  youngMs: number;
  /** Somebody on the same backend must have been heard this lately: else it is not this number that is silent. */
  peerHeardMs: number;
};

export const silenceRule: Readonly<SilenceRule> = {
  quietMs: 120_000,
  marginMs: 60_000,
  youngMs: 90_000,
  peerHeardMs: 60_000,
};

/** Whether a state is not what we believe of a number, and so is looked at twice. */
export function isSurprising(number: DesiredNumber, state: SeenState): boolean {
  return !number.isBusy && sightingsOfState(number, state).length > 0;
}

/** Connected, quiet for a while, on a backend whose other numbers are heard. */
export function mayBeSilent(number: DesiredNumber, numbers: readonly DesiredNumber[], rule: SilenceRule): boolean {
  if (number.isBusy || number.status !== 'connected') return false;
  if ((number.heardMsAgo ?? Number.POSITIVE_INFINITY) < rule.quietMs) return false;
  return isAnotherHeard(number, numbers, rule.peerHeardMs);
}

/** All that is not as it should be with one number, as far as it was seen. */
export function compare(
  desired: Pick<Desired, 'webhookDifferences' | 'settingsOf'>,
  number: DesiredNumber,
  seen: Observed,
  context: { nowMs: number; upSinceMs: number; urls: readonly string[]; rule: SilenceRule },
): Sighting[] {
  if (number.isBusy) return [];
  const { state, webhook, settings, foreign } = seen;
  const found = state === undefined ? [] : sightingsOfState(number, state);
  // What is not in the server's memory reads as if nothing were set.
  const isThere = state !== 'missing' && state !== 'not_loaded' && (state !== undefined || webhook?.row !== null);
  if (isThere && webhook !== undefined) {
    const parts = desired.webhookDifferences(number, webhook.row, context.urls);
    if (webhook.row === null && parts.length > 0) found.push({ kind: 'webhook_missing', detail: null });
    else if (parts.length > 0) found.push({ kind: 'webhook_differs', detail: { parts } });
  }
  if (isThere && settings !== undefined) {
    const parts = differingSettings(desired.settingsOf(number), settings.row);
    if (parts.length > 0) found.push({ kind: 'settings_differ', detail: { parts } });
  }
  if (foreign !== undefined && foreign.length > 0)
    found.push({ kind: 'foreign_setting', detail: { settings: foreign } });
  const silence = silenceOf(number, seen, context);
  if (silence !== undefined) found.push(silence);
  const { backendId, backendName, id: phoneNumberId } = number;
  return found.map((sighting) => ({ ...sighting, backendId, backendName, phoneNumberId }));
}

/** Whether this pass has seen enough of a number to say that a finding is over when it was not seen. */
export function wasLookedAt(
  { kind }: Pick<Finding, 'kind'>,
  number: DesiredNumber,
  seen: Observed | undefined,
  rule: SilenceRule,
): boolean {
  if (number.isBusy || seen === undefined) return false;
  switch (kind) {
    case 'instance_missing':
    case 'instance_not_loaded':
    case 'state_differs':
    case 'not_connected':
      return seen.state !== undefined;
    case 'webhook_missing':
    case 'webhook_differs':
      return seen.webhook !== undefined && (seen.webhook.row !== null || seen.state !== undefined);
    case 'settings_differ':
      return seen.settings !== undefined;
    case 'foreign_setting':
      return seen.foreign !== undefined;
    case 'silent':
      return seen.latestMessage !== undefined || (number.heardMsAgo ?? rule.quietMs) < rule.quietMs;
    case 'unreadable_answer':
    case 'orphan':
      return false;
    default:
      return kind satisfies never;
  }
}

/** Whether a finding is about a number that is still there, under the name that it was about. */
export function isStillAbout(finding: Finding, number: DesiredNumber | undefined): number is DesiredNumber {
  return number !== undefined && number.backendName === finding.backendName && number.backendId === finding.backendId;
}

function sightingsOfState(number: DesiredNumber, state: SeenState): Pick<Sighting, 'kind' | 'detail'>[] {
  const { status } = number;
  const detail = { believed: status, state };
  const sighting = (kind: FindingKind) => ({ kind, detail });
  switch (state) {
    case 'missing':
      return [sighting('instance_missing')];
    case 'not_loaded':
      return [sighting('instance_not_loaded')];
    case 'open':
      return status === 'connected' ? [] : [sighting('state_differs')];
    case 'close':
    case 'refused':
      return [
        ...(status === 'connected' ? [sighting('state_differs')] : []),
        ...(shouldBeConnected(number) ? [sighting('not_connected')] : []),
      ];
    case 'connecting':
      // Without credentials it waits for a scan.
      return status === 'connected' || shouldBeConnected(number) ? [sighting('not_connected')] : [];
    default:
      return state satisfies never;
  }
}

/** Its backend holds a phone's credentials: nobody needs to scan anything, and nothing waits to be scanned. */
export function shouldBeConnected({ isPaired, isResting, status }: DesiredNumber): boolean {
  return isPaired && !isResting && status !== 'qr_ready';
}

// What the backend has kept, and never called about although it calls about others: a number that is merely quiet has
// nothing of the kind.
function silenceOf(
  number: DesiredNumber,
  seen: Observed,
  { nowMs, upSinceMs, rule }: { nowMs: number; upSinceMs: number; rule: SilenceRule },
): Pick<Sighting, 'kind' | 'detail'> | undefined {
  const at = seen.latestMessage?.at;
  if (at === undefined || seen.state === undefined || seen.state !== 'open') return undefined;
  const latestMs = at * 1_000;
  const heardMs = number.heardMsAgo === null ? 0 : nowMs - number.heardMsAgo;
  const connectedMs = number.connectedMsAgo === null ? nowMs : nowMs - number.connectedMsAgo;
  const isNewToUs = latestMs > Math.max(heardMs, connectedMs, upSinceMs) + rule.marginMs;
  if (!isNewToUs || latestMs > nowMs - rule.youngMs) return undefined;
  return { kind: 'silent', detail: { latest_message_at: new Date(latestMs).toISOString() } };
}

function isAnotherHeard(number: DesiredNumber, numbers: readonly DesiredNumber[], peerHeardMs: number): boolean {
  return numbers.some(({ id, heardMsAgo }) => id !== number.id && heardMsAgo !== null && heardMsAgo < peerHeardMs);
}
