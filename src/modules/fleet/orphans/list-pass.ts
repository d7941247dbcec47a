import { setTimeout } from 'node:timers/promises';
import type { ListedInstance } from '../../../evolution/client-instances.ts';
import { EvolutionError } from '../../../evolution/errors.ts';
import type { Backend } from '../../backends/index.ts';
import { findingEvent } from '../findings.ts';
import { type Finding, type HeldLease, listOpenFindings, upsertFinding } from '../findings-system.ts';
import { isHeld } from '../hold/hold-system.ts';
import { listOpenIncidents } from '../incidents/incidents-system.ts';
import type { OrphanDeps } from './orphan-deps.ts';
import {
  countFromTheFuture,
  countStillExpected,
  listDueOrphans,
  listExpectedNames,
  listUnexplained,
  noteList,
  noteListBegun,
  readPrefix,
} from './orphans-system.ts';
import { createRemoveOrphan } from './remove-orphan.ts';

export type PassControl = { goOn(): Promise<boolean> };

const stopMin = 5;
const stopShare = 0.1;
const approvedAtOnce = 20;
/** An answer without instances is asked for twice before it is believed. */
const askAgainAfterMs = 1_000;
/** Of so many numbers none in the list is as bad as no list. */
const noneOfMin = 5;

/**
 * Holds one backend's list of instances against our rows. What bears our name and is nobody's is noted; what was seen
 * twice and for long enough is removed, each after one more look at the rows. Too many at once, or a list without the
 * numbers that must be in it, stop all removal there until an operator has spoken.
 */
export function createListPass(deps: OrphanDeps) {
  const { db, findings, incidents, removeAfterMs = 600_000 } = deps;
  const removeOrphan = createRemoveOrphan(deps);

  return async function pass(backendId: number, lease: HeldLease, control: PassControl): Promise<void> {
    if (!(await noteListBegun(db, backendId, lease))) return;
    const backend = await deps.backends.backendOf(backendId);
    const expected = await listExpectedNames(db, backendId);
    const list = await ask(backend, expected);
    if (list === undefined || !(await control.goOn())) return;
    const prefix = await readPrefix(db);
    const ours = list.filter(({ name }) => name.startsWith(prefix));
    await noteList(db, backendId, lease, { listed: list.length, foreign: list.length - ours.length });
    if (isWithoutOurs(list, expected)) {
      const numbers = await countStillExpected(db, backendId, expected);
      if (numbers > 0)
        await incidents.open({ kind: 'empty_list', backendId, numbers, detail: { listed: list.length } });
      return;
    }
    await incidents.close({ kind: 'empty_list', backendId }, 'its numbers are in the list again');
    const limit = Math.max(stopMin, stopShare * list.length);
    const open = await noteOrphans(backendId, lease, ours, limit);
    await holdIfOld(limit);
    await removeDue(backend, lease, control, { open, limit });
  };

  async function ask(backend: Backend, expected: readonly string[]): Promise<ListedInstance[] | undefined> {
    try {
      const first = await backend.control.listInstances();
      if (!isWithoutOurs(first, expected)) return first;
      await setTimeout(askAgainAfterMs);
      return await backend.control.listInstances();
    } catch (error) {
      // What ails it is found out by those who ask it more often.
      if (!(error instanceof EvolutionError)) throw error;
      deps.logger.info({ event: 'list_not_read', backend_id: backend.id, reason: error.message }, 'list not read');
      return undefined;
    }
  }

  /** Counts a sighting of each orphan and ends the others; answers those that are open now. */
  async function noteOrphans(
    backendId: number,
    lease: HeldLease,
    ours: readonly ListedInstance[],
    limit: number,
  ): Promise<Finding[]> {
    const times = new Map(ours.map(({ name, createdAt }) => [name, createdAt]));
    const unexplained = await listUnexplained(db, [...times.keys()]);
    const known = await listOpenFindings(db, backendId, ['orphan']);
    const seen = new Set(unexplained.map(({ name }) => name));
    const over = known.filter(({ backendName }) => backendName !== null && !seen.has(backendName));
    await findings.end(
      lease,
      over.filter(({ step }) => step > 0),
      'mended',
    );
    await findings.end(
      lease,
      over.filter(({ step }) => step === 0),
      'gone',
    );
    if (unexplained.length === 0) return [];
    // One incident says more than hundreds of findings.
    const areTold = unexplained.length <= limit;
    return findings.underLease(lease, async (tx, tell) => {
      const open: Finding[] = [];
      for (const { name, isUnknown } of unexplained) {
        const detail = { created_at: times.get(name)?.toISOString() ?? null, is_unknown: isUnknown };
        const sighting = { backendId, phoneNumberId: null, backendName: name, kind: 'orphan' as const, detail };
        const finding = await upsertFinding(tx, deps.ids.uuidv7(), sighting);
        if (finding.isNew && areTold) tell(findingEvent(finding));
        open.push(finding);
      }
      return open;
    });
  }

  // One backend may lie: where there are more, two must show it.
  async function holdIfOld(limit: number): Promise<void> {
    const { instances, backends, backendsInPool } = await countFromTheFuture(db);
    if (instances <= Math.max(stopMin, limit) || backends < Math.min(2, backendsInPool)) return;
    await deps.hold.setItself('backends have instances of ours that are younger than anything this database knows', {
      numbers: instances,
      detail: { instances, backends },
    });
  }

  async function removeDue(
    backend: Backend,
    lease: HeldLease,
    control: PassControl,
    { open, limit }: { open: readonly Finding[]; limit: number },
  ): Promise<void> {
    const key = { kind: 'orphan_stop', backendId: backend.id } as const;
    const due = await listDueOrphans(db, backend.id, removeAfterMs);
    const approved = due.filter(({ isApproved }) => isApproved);
    const others = due.filter(({ isApproved }) => !isApproved);
    const [stop] = await listOpenIncidents(db, key);
    const isTooMany = others.length > limit;
    if (isTooMany) await incidents.open({ ...key, numbers: 0, detail: { instances: others.length, limit } });
    if (isTooMany && stop?.resumedAt) await incidents.stopAgain(key);
    const isOver = open.length === 0 || (stop?.resumedAt != null && approved.length === 0 && !isTooMany);
    if (stop !== undefined && isOver) await incidents.close(key, open.length === 0 ? 'they are gone' : 'done by order');
    const isStopped = isTooMany || (stop !== undefined && stop.resumedAt === null);
    if (await isHeld(db)) return;
    const turn = [...approved.slice(0, approvedAtOnce), ...(isStopped ? [] : others)];
    const byId = new Map(open.map((finding) => [finding.id, finding]));
    for (const { id, isPausing } of turn) {
      const finding = byId.get(id);
      if (finding === undefined || isPausing) continue;
      if (!(await control.goOn())) return;
      if ((await removeOrphan(backend, finding, lease)) === 'silent') return;
    }
  }
}

function isWithoutOurs(list: readonly ListedInstance[], expected: readonly string[]): boolean {
  if (expected.length === 0) return false;
  if (list.length === 0) return true;
  if (expected.length < noneOfMin) return false;
  const names = new Set(list.map(({ name }) => name));
  return !expected.some((name) => names.has(name));
}
