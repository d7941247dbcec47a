import type { Kysely, Transaction } from 'kysely';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { alertEvent } from './alerts/alert.ts';
import {
  closeFinding,
  type Finding,
  type FindingOutcome,
  type HeldLease,
  holdsLease,
  insertRepair,
  type RepairOutcome,
  type Sighting,
  upsertFinding,
} from './findings-system.ts';
import { type FleetEvent, tellOperators } from './tell-operators.ts';

/** Somebody else works on this backend now: what hung on the lease must stop. */
export class LeaseLost extends Error {}

export type Findings = ReturnType<typeof createFindings>;

/**
 * Findings and their repairs as rows, each change with its events for the operators in one transaction, and under the
 * lease of whoever found it. All throw `LeaseLost` when it ended meanwhile, and nothing was written then.
 */
export function createFindings(deps: { db: Kysely<DB>; ids: Ids }) {
  const { ids } = deps;

  async function underLease<T>(
    lease: HeldLease,
    work: (tx: Transaction<DB>, tell: (event: FleetEvent) => void) => Promise<T>,
  ): Promise<T> {
    return inTransaction(deps.db, async (tx) => {
      if (!(await holdsLease(tx, lease))) throw new LeaseLost(lease.name);
      const events: FleetEvent[] = [];
      const result = await work(tx, (event) => events.push(event));
      await tellOperators(tx, ids, events);
      return result;
    });
  }

  return {
    underLease,

    /** Counts a sighting of each; those that are new are told. Answers them in the same order. */
    async note(lease: HeldLease, sightings: readonly Sighting[]): Promise<(Finding & { isNew: boolean })[]> {
      if (sightings.length === 0) return [];
      return underLease(lease, async (tx, tell) => {
        const found: (Finding & { isNew: boolean })[] = [];
        for (const sighting of sightings) {
          const finding = await upsertFinding(tx, ids.uuidv7(), sighting);
          if (finding.isNew) for (const event of [findingEvent(finding), ...alertsOf(finding)]) tell(event);
          found.push(finding);
        }
        return found;
      });
    },

    /** Ends findings, each told once. */
    async end(lease: HeldLease, findings: readonly Pick<Finding, 'id'>[], outcome: FindingOutcome): Promise<void> {
      if (findings.length === 0) return;
      await underLease(lease, async (tx, tell) => {
        for (const { id } of findings) {
          const ended = await closeFinding(tx, id, outcome);
          if (ended !== undefined) tell(findingEvent(ended));
        }
      });
    },

    /**
     * A rung of the ladder was taken. `ends` ends the finding with it; else the next rung waits `pauseMs`. `isHopeless`: a
     * person should look.
     */
    async recordRepair(
      lease: HeldLease,
      finding: Finding,
      repair: {
        step: string;
        outcome: RepairOutcome;
        detail: string | null;
        beganAt: Date;
        pauseMs: number;
        ends?: FindingOutcome;
        isHopeless?: boolean;
      },
    ): Promise<void> {
      await underLease(lease, async (tx, tell) => {
        const id = ids.uuidv7();
        await insertRepair(tx, { ...repair, id, finding });
        tell(repairEvent(id, finding, repair));
        if (repair.isHopeless === true) tell(hopelessAlert(finding));
        const ended = repair.ends === undefined ? undefined : await closeFinding(tx, finding.id, repair.ends);
        if (ended !== undefined) tell(findingEvent(ended));
      });
    },
  };
}

export /** Of what is not ours to mend a person must hear. */
function alertsOf({ kind, backendId, phoneNumberId, detail }: Finding): FleetEvent[] {
  const about = { kind, backendId, incidentId: null };
  if (kind === 'unreadable_answer') {
    return [
      alertEvent({
        ...about,
        severity: 'critical',
        text: `Backend ${backendId} answers as no Evolution server does; nothing it says of its numbers is believed.`,
        numbers: 0,
        cure: 'See what answers at its address: a proxy in between, or a server of another kind.',
      }),
    ];
  }
  if (kind !== 'foreign_setting') return [];
  const settings = Array.isArray(detail?.settings) ? detail.settings.join(', ') : 'something';
  return [
    alertEvent({
      ...about,
      severity: 'warning',
      text: `Phone number ${phoneNumberId} has ${settings} switched on at backend ${backendId}, which Evofleet did not do.`,
      numbers: 1,
      cure: 'Switch it off there unless it is wanted: it sees all messages of this number, and may answer them.',
    }),
  ];
}

function hopelessAlert({ kind, backendId, phoneNumberId }: Finding): FleetEvent {
  return alertEvent({
    severity: 'warning',
    kind: 'repair_fails',
    text: `Phone number ${phoneNumberId} on backend ${backendId} stays as it was found (${kind}) in spite of several repairs.`,
    backendId,
    numbers: 1,
    incidentId: null,
    cure: 'Look at its repairs. They go on at longer and longer intervals.',
  });
}

export function findingEvent(finding: Finding): FleetEvent {
  return {
    type: 'fleet.finding',
    payload: { ...aboutFinding(finding), state: finding.outcome ?? 'found', detail: finding.detail },
  };
}

function repairEvent(
  id: string,
  finding: Finding,
  repair: { step: string; outcome: RepairOutcome; detail: string | null },
): FleetEvent {
  const { step, outcome, detail } = repair;
  return { type: 'fleet.repair', payload: { repair_id: id, ...aboutFinding(finding), step, outcome, detail } };
}

function aboutFinding({ id, backendId, phoneNumberId, backendName, kind, foundAt }: Finding) {
  return {
    finding_id: id,
    backend_id: backendId,
    phone_number_id: phoneNumberId,
    backend_name: backendName,
    kind,
    found_at: foundAt.toISOString(),
  };
}
