import { setTimeout } from 'node:timers/promises';
import { EvolutionError } from '../../../evolution/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Backend } from '../../backends/index.ts';
import { type DesiredNumber, differingSettings, type PhoneNumbers } from '../../phone-numbers/index.ts';
import type { Finding, FindingKind, FindingOutcome, RepairOutcome } from '../findings-system.ts';

/** Rungs, the gentlest first: each is taken only when the one before it did not help. */
export type Step =
  | 'apply_state'
  | 'apply_lost_session'
  | 'set_webhook'
  | 'set_settings'
  | 'connect'
  | 'restart'
  | 'recreate';

/** `ends`: the finding is over with it; mended where it is proved, unless said. Undefined: not now. */
export type StepResult = { outcome: RepairOutcome; detail: string | null; ends?: FindingOutcome } | undefined;

const rungs: Record<FindingKind, readonly Step[]> = {
  state_differs: ['apply_state'],
  webhook_missing: ['set_webhook'],
  webhook_differs: ['set_webhook'],
  settings_differ: ['set_settings'],
  not_connected: ['connect'],
  instance_not_loaded: ['restart'],
  silent: ['set_webhook', 'restart'],
  instance_missing: ['recreate'],
  foreign_setting: [],
  unreadable_answer: [],
  orphan: [],
};

/** The next rung; the last one is taken again and again, after ever longer pauses. */
export function nextStep({ kind, step, detail }: Pick<Finding, 'kind' | 'step' | 'detail'>): Step | undefined {
  if (kind === 'not_connected' && detail?.state === 'connecting') return 'restart';
  const steps = rungs[kind];
  return steps[Math.min(step, steps.length - 1)];
}

export type StepDeps = {
  clock: Pick<Clock, 'monotonicMs'>;
  phoneNumbers: Pick<PhoneNumbers, 'desired' | 'repairs'>;
  /** How long the proof of a connection is waited for. */
  proofWithinMs: number;
};

const askEveryMs = 250;
const proved: StepResult = { outcome: 'proved', detail: null, ends: 'mended' };
const needsScan: StepResult = {
  outcome: 'proved',
  detail: 'its backend has no credentials for it any more: it needs a scan',
  ends: 'left',
};

/** Takes a rung, and asks the backend itself whether it helped. Never rejects for what the backend does. */
export async function takeStep(
  deps: StepDeps,
  backend: Pick<Backend, 'control' | 'fleet'>,
  finding: Finding,
  number: DesiredNumber,
  step: Step,
): Promise<StepResult> {
  const { phoneNumbers } = deps;
  const { desired, repairs } = phoneNumbers;
  const name = number.backendName;
  try {
    switch (step) {
      case 'apply_state':
        return await applyState();
      case 'apply_lost_session':
        return (await hasLostSession()) ? needsScan : undefined;
      case 'set_webhook':
        return await setWebhook();
      case 'set_settings':
        await desired.resetSettings(backend.control, number);
        return await proveSettings();
      case 'connect':
      case 'restart':
        return await reopen(step);
      case 'recreate':
        return await recreate();
      default:
        return step satisfies never;
    }
  } catch (error) {
    if (error instanceof EvolutionError) return { outcome: 'failed', detail: error.message };
    throw error;
  }

  async function applyState(): Promise<StepResult> {
    const state = await backend.fleet.state(name);
    if (state === 'not_loaded') return { outcome: 'unproved', detail: 'it is not loaded there' };
    await desired.noteState(number, state);
    const now = await desired.find(number.id);
    return now === undefined || now.status !== number.status
      ? proved
      : { outcome: 'unproved', detail: `it is ${state}` };
  }

  async function setWebhook(): Promise<StepResult> {
    const urls = await desired.callbackUrls();
    await desired.resetWebhook(backend.control, number, urls);
    const parts = desired.webhookDifferences(number, await backend.fleet.webhook(name), urls);
    if (parts.length > 0) return { outcome: 'unproved', detail: `differs in ${parts.join(', ')}` };
    // That it is set was no proof before, either.
    return finding.kind === 'silent' ? { outcome: 'unproved', detail: 'set' } : proved;
  }

  async function proveSettings(): Promise<StepResult> {
    const parts = differingSettings(desired.settingsOf(number), await backend.fleet.settings(name));
    return parts.length === 0 ? proved : { outcome: 'unproved', detail: `differs in ${parts.join(', ')}` };
  }

  async function reopen(how: 'connect' | 'restart'): Promise<StepResult> {
    if (finding.kind === 'not_connected' && (await hasLostSession())) return needsScan;
    const result = await repairs[how](number.id);
    if (result.kind === 'busy') return undefined;
    if (result.kind === 'failed') {
      // Only a restart of the server loads it; until then its user must know that it cannot send.
      if (finding.kind === 'instance_not_loaded') await desired.noteState(number, 'not_loaded');
      return { outcome: 'failed', detail: result.reason };
    }
    const isProved = finding.kind === 'silent' ? await isHeard() : await isOpen();
    if (isProved) return proved;
    const now = await desired.find(number.id);
    return now?.isPaired === false ? needsScan : { outcome: 'unproved', detail: null };
  }

  /**
   * The server's database says `connecting` only when it made a QR code, and `close` only when WhatsApp ended the session:
   * either way the credentials are gone.
   */
  async function hasLostSession(): Promise<boolean> {
    if (number.integration !== 'WHATSAPP-BAILEYS') return false;
    const { connectionStatus } = await backend.control.fetchInstance(name);
    if (connectionStatus === 'open') return false;
    await desired.noteLostSession(number);
    return true;
  }

  async function recreate(): Promise<StepResult> {
    // It may be there again since it was seen, with credentials that nobody may throw away.
    if (!(await isMissing())) return { outcome: 'proved', detail: 'it is there again', ends: 'gone' };
    const result = await repairs.recreate(number.id, 'instance_missing');
    if (result.kind === 'busy') return undefined;
    if (result.kind === 'failed') return { outcome: 'failed', detail: result.reason };
    // It may have had to go to another backend, which answered for it.
    const now = await desired.find(number.id);
    const isElsewhere = now !== undefined && now.backendId !== number.backendId;
    if (isElsewhere || (now !== undefined && (await isThere(now.backendName)))) return proved;
    return { outcome: 'unproved', detail: null };
  }

  async function isMissing(): Promise<boolean> {
    try {
      await backend.fleet.state(name);
      return false;
    } catch (error) {
      if (error instanceof EvolutionError && error.kind === 'not_found') return true;
      throw error;
    }
  }

  /** Twice in a row: a socket that is lost and opened again is open in between. */
  async function isOpen(): Promise<boolean> {
    let inARow = 0;
    return until(async () => {
      inARow = (await backend.fleet.state(name)) === 'open' ? inARow + 1 : 0;
      return inARow === 2;
    });
  }

  /** A call of its webhook that came after the step began. */
  async function isHeard(): Promise<boolean> {
    const beganAt = deps.clock.monotonicMs();
    return until(async () => {
      const now = await desired.find(number.id);
      const sinceMs = deps.clock.monotonicMs() - beganAt;
      return now?.heardMsAgo !== undefined && now.heardMsAgo !== null && now.heardMsAgo < sinceMs + askEveryMs;
    });
  }

  async function isThere(backendName: string): Promise<boolean> {
    const state = await backend.fleet.state(backendName);
    return state !== 'not_loaded';
  }

  async function until(isSo: () => Promise<boolean>): Promise<boolean> {
    const endsAt = deps.clock.monotonicMs() + deps.proofWithinMs;
    for (;;) {
      if (await isSo()) return true;
      if (deps.clock.monotonicMs() >= endsAt) return false;
      await setTimeout(askEveryMs);
    }
  }
}
