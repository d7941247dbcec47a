import type { Kysely } from 'kysely';
import type { DB } from '../../../schema.ts';
import { countLossesSince, countRecentLosses, type Loss } from './disconnects-system.ts';
import type { Incidents } from './incidents.ts';
import { type Incident, listOpenIncidents } from './incidents-system.ts';

export type DisconnectOptions = {
  /** Losses within this time belong together; 120 if unset. */
  withinSeconds?: number;
  /** It is over when nothing more was lost for so long; 20 if unset. */
  quietSeconds?: number;
};

const lostMin = 5;
const lostShareMin = 0.1;
/** It is over as well when so many of those lost are connected again. */
const backShare = 0.8;

/**
 * Periodic: one incident where a backend loses many connections at once, which grows while it goes on. It is over when
 * most of them are back or no more are lost; only then are single numbers reconnected.
 */
export function createWatchDisconnects(
  deps: { db: Kysely<DB>; incidents: Pick<Incidents, 'open' | 'close'> } & DisconnectOptions,
) {
  const { db, incidents, withinSeconds = 120, quietSeconds = 20 } = deps;

  return async function watchDisconnects(): Promise<void> {
    const open = await listOpenIncidents(db, { kind: 'mass_disconnect' });
    for (const incident of open) await follow(incident);
    const known = new Set(open.map(({ backendId }) => backendId));
    for (const loss of await countRecentLosses(db, { withinSeconds, lostMin })) {
      if (!known.has(loss.backendId) && isMass(loss)) await incidents.open(incidentOf(loss));
    }
  };

  async function follow({ backendId, numbers, detail }: Incident): Promise<void> {
    if (backendId === null) return;
    const loss = await countLossesSince(db, { backendId, since: new Date(String(detail?.since)) });
    const key = { kind: 'mass_disconnect', backendId } as const;
    if (loss === undefined) await incidents.close(key, 'its numbers are gone');
    else if (loss.back >= loss.lost * backShare) await incidents.close(key, `${loss.back} of ${loss.lost} are back`);
    else if (loss.quietSeconds >= quietSeconds) await incidents.close(key, 'no more are lost');
    else if (loss.lost > numbers) await incidents.open(incidentOf(loss));
  }
}

function isMass({ lost, back, connected }: Loss): boolean {
  return lost >= Math.max(lostMin, lostShareMin * (connected + lost - back));
}

function incidentOf({ backendId, lost, firstAt, lastAt }: Loss) {
  return {
    kind: 'mass_disconnect' as const,
    backendId,
    numbers: lost,
    detail: { since: firstAt.toISOString(), within: spanOf(lastAt.getTime() - firstAt.getTime()) },
  };
}

function spanOf(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
