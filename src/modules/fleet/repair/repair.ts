import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { Ids } from '../../../platform/ids.ts';
import { createTurns } from '../../../platform/turns.ts';
import type { DB } from '../../../schema.ts';
import type { Backend } from '../../backends/index.ts';
import type { PhoneNumbers } from '../../phone-numbers/index.ts';
import type { Findings } from '../findings.ts';
import { countRecentRepairs, type Finding, type HeldLease, listOpenFindings } from '../findings-system.ts';
import { isHeld } from '../hold/hold-system.ts';
import { hasOpenIncident } from '../incidents/incident.ts';
import { isStillAbout, shouldBeConnected } from '../reconcile/compare.ts';
import { isLeftToSettle } from '../reconcile/reconciles-system.ts';
import { areOthersThere } from './are-others-there.ts';
import { nextStep, type Step, type StepResult, takeStep } from './steps.ts';

export type RepairOptions = {
  /** How long a pass takes new steps; what is left waits for the next. 20,000 if unset. */
  repairWithinMs?: number;
  /** How long the proof of a connection is waited for; 10,000 if unset. */
  proofWithinMs?: number;
  /** From one step of a finding to the next, longer each time; 5 s, 30 s, 2 min, 10 min, 1 h if unset. */
  pausesMs?: readonly number[];
  /** Numbers of one backend that are connected or restarted at a time; 3 if unset. */
  reconnectsAtOnce?: number;
  /** Each of them waits a random time up to this first; 500 if unset. */
  reconnectJitterMs?: number;
  /** How long the sockets of a backend that has come back are left to open by themselves; 10,000 if unset. */
  settleMs?: number;
  /** Numbers of one backend that are made anew within a minute; 3 if unset. */
  recreatesPerMinute?: number;
};

const pausesMsUsual = [5_000, 30_000, 120_000, 600_000, 3_600_000];
const callsAtOnce = 4;
/** Reconnects of a pass that do not help, while none does, end those of that pass: it is not the numbers that are ill. */
const vainMax = 3;
/** After so many steps that did not help a person should look. */
const alertAtStep = 4;

const changesSettings: readonly Step[] = ['set_webhook', 'set_settings'];
const takesConnection: readonly Step[] = ['connect', 'restart', 'recreate'];

/**
 * Mends what was found on a backend, one rung per finding and pass. Nothing of single numbers while the whole backend has
 * an incident, and nothing is made anew under a hold. Throws LeaseLost.
 */
export function createRepair(
  deps: {
    db: Kysely<DB>;
    clock: Clock;
    ids: Ids;
    findings: Findings;
    phoneNumbers: Pick<PhoneNumbers, 'desired' | 'repairs'>;
  } & RepairOptions,
) {
  const { db, clock, findings } = deps;
  const { desired } = deps.phoneNumbers;
  const pausesMs = deps.pausesMs ?? pausesMsUsual;
  const stepDeps = { ...deps, proofWithinMs: deps.proofWithinMs ?? 10_000 };

  return async function repair(lease: HeldLease, backend: Backend, check: () => void): Promise<void> {
    const due = (await listOpenFindings(db, backend.id)).filter(({ isDue }) => isDue);
    if (due.length === 0) return;
    const endsAt = clock.monotonicMs() + (deps.repairWithinMs ?? 20_000);
    const calls = createTurns(callsAtOnce);
    const connections = createTurns(deps.reconnectsAtOnce ?? 3);
    const recreates = createTurns(1);
    let inVain = 0;
    let hasHelped = false;
    const areReconnectsInVain = () => inVain >= vainMax && !hasHelped;
    const planned = due.flatMap((finding) => {
      const step = nextStep(finding);
      return step === undefined ? [] : [{ finding, step }];
    });
    const takeAll = async (some: readonly { finding: Finding; step: Step }[]) => {
      const work = some.map(({ finding, step }) => {
        const turns = step === 'recreate' ? recreates : takesConnection.includes(step) ? connections : calls;
        return turns(async () => {
          check();
          const isReconnect = finding.kind === 'not_connected' && takesConnection.includes(step);
          if (clock.monotonicMs() >= endsAt || (isReconnect && areReconnectsInVain())) return;
          const result = await take(lease, backend, finding, step);
          if (!isReconnect || result === undefined) return;
          if (result.ends === 'mended') hasHelped = true;
          else if (result.ends === undefined) inVain++;
        });
      });
      const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    };
    // What a number is must be known, and told to its user, whatever is the matter with its backend.
    const lost = due.filter(({ kind }) => kind === 'not_connected');
    await takeAll(planned.filter(({ step }) => step === 'apply_state'));
    await takeAll(lost.map((finding) => ({ finding, step: 'apply_lost_session' })));
    if (await hasOpenIncident(db, backend.id)) return;
    // Whether it calls us comes before its connection, of which the call tells.
    await takeAll(planned.filter(({ step }) => changesSettings.includes(step)));
    const others = { ...deps, random: deps.ids.random };
    const missing = new Set(
      due.flatMap(({ kind, phoneNumberId: id }) => (kind === 'instance_missing' && id !== null ? [id] : [])),
    );
    const mayRemake = missing.size > 0 && (await areOthersThere(others, backend, missing));
    const ofConnections = planned.filter(
      ({ step }) => takesConnection.includes(step) && (step !== 'recreate' || mayRemake),
    );
    if (ofConnections.length === 0 || (await isLeftToSettle(db, backend.id, lease, deps.settleMs ?? 10_000))) return;
    // Those that nothing has helped yet keep no other waiting.
    await takeAll(ofConnections.sort((a, b) => a.finding.step - b.finding.step));
  };

  async function take(lease: HeldLease, backend: Backend, finding: Finding, step: Step): Promise<StepResult> {
    if (finding.phoneNumberId === null) return undefined;
    if (takesConnection.includes(step)) {
      // Many sockets that open at the same moment are what WhatsApp likes least.
      await setTimeout(deps.ids.random() * (deps.reconnectJitterMs ?? 500));
      if (await hasOpenIncident(db, backend.id)) return undefined;
    }
    const number = await desired.find(finding.phoneNumberId);
    if (!isStillAbout(finding, number)) return left(lease, finding);
    if (number.isBusy) return undefined;
    if (finding.kind === 'not_connected' && !shouldBeConnected(number)) {
      // A number that rests is left alone until it has rested.
      return number.isPaired ? undefined : left(lease, finding);
    }
    if (step === 'recreate' && !(await mayRecreate(backend))) return undefined;
    const beganAt = clock.now();
    const result = await takeStep(stepDeps, backend, finding, number, step);
    if (result === undefined) return undefined;
    const pauseMs = pausesMs[Math.min(finding.step, pausesMs.length - 1)] ?? 0;
    const isHopeless = result.ends === undefined && finding.step + 1 === alertAtStep;
    await findings.recordRepair(lease, finding, { ...result, step, beganAt, pauseMs, isHopeless });
    return result;
  }

  async function left(lease: HeldLease, finding: Finding): Promise<undefined> {
    await findings.end(lease, [finding], 'left');
  }

  async function mayRecreate(backend: Backend): Promise<boolean> {
    if (backend.state !== 'active' || (await isHeld(db))) return false;
    return (await countRecentRepairs(db, backend.id, 'recreate')) < (deps.recreatesPerMinute ?? 3);
  }
}
