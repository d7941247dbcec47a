import { setTimeout } from 'node:timers/promises';
import type { EvolutionClient } from '../../../evolution/client.ts';
import { EvolutionError } from '../../../evolution/errors.ts';
import type { Backend } from '../../backends/index.ts';
import type { Finding, HeldLease } from '../findings-system.ts';
import { isHeld } from '../hold/hold-system.ts';
import type { OrphanDeps } from './orphan-deps.ts';
import { listUnexplained } from './orphans-system.ts';

/** `silent`: the backend did not answer, and is not asked for more in this pass. */
export type Removal = 'removed' | 'asked' | 'spared' | 'refused' | 'silent';

/** A delete is answered before it is done. */
const lookAfterMs = [50, 250, 1_000];
const pauseMs = { first: 60_000, max: 3_600_000 };

/** Removes one instance that is nobody's, unless our rows explain it after all at this very moment. */
export function createRemoveOrphan(deps: Pick<OrphanDeps, 'db' | 'findings' | 'logger'>) {
  const { db, findings } = deps;

  return async function removeOrphan(backend: Backend, finding: Finding, lease: HeldLease): Promise<Removal> {
    const { backendName: name } = finding;
    if (name === null || (await isHeld(db))) return 'spared';
    if ((await listUnexplained(db, [name])).length === 0) {
      await findings.end(lease, [finding], 'gone');
      return 'spared';
    }
    const beganAt = new Date();
    const { removal, detail } = await ask(backend.control, name);
    const isRemoved = removal === 'removed';
    await findings.recordRepair(lease, finding, {
      step: 'remove',
      outcome: isRemoved ? 'proved' : removal === 'asked' ? 'unproved' : 'failed',
      detail,
      beganAt,
      pauseMs: Math.min(pauseMs.max, pauseMs.first * 2 ** finding.step),
      ...(isRemoved ? { ends: 'mended' as const } : {}),
    });
    deps.logger.warn(
      { event: 'orphan_removal', backend_id: backend.id, finding_id: finding.id, outcome: removal },
      'an instance that is nobody’s was to be removed',
    );
    return removal;
  };
}

async function ask(client: EvolutionClient, name: string): Promise<{ removal: Removal; detail: string | null }> {
  try {
    await client.logout(name).catch(ignoreRefusal);
    await client.deleteInstance(name);
    for (const ms of lookAfterMs) {
      await setTimeout(ms);
      await client.connectionState(name);
    }
    return { removal: 'asked', detail: 'still there when it was looked for' };
  } catch (error) {
    if (!(error instanceof EvolutionError)) throw error;
    if (error.kind === 'not_found') return { removal: 'removed', detail: null };
    return { removal: isRefusal(error) ? 'refused' : 'silent', detail: error.message };
  }
}

function ignoreRefusal(error: unknown): void {
  if (!isRefusal(error)) throw error;
}

function isRefusal(error: unknown): boolean {
  return error instanceof EvolutionError && !['unreachable', 'timeout', 'connection_lost'].includes(error.kind);
}
