import type { Kysely } from 'kysely';
import type { Clock } from '../../../platform/clock.ts';
import type { DB } from '../../../schema.ts';
import { countLosses, type Loss } from './disconnects-system.ts';
import type { Incidents } from './incidents.ts';
import { type Incident, listOpenIncidents } from './incidents-system.ts';

export type DisconnectOptions = {
  /** Losses within this time belong together; 120 if unset. */
  withinSeconds?: number;
  /** It is over when nothing more was lost for so long; 20 if unset. */
  quietSeconds?: number;
  /** How many times as long as a look took nobody looks after it, for much may be lost at once; 4 if unset. */
  restPerLook?: number;
};

const kind = 'mass_disconnect';
const lostMin = 5;
const lostShareMin = 0.1;
/** It is over as well when so many of those lost are connected again. */
const backShare = 0.8;

/**
 * Periodic: one incident where a backend loses many connections at once, which grows while it goes on. It is over when
 * most of them are back or no more are lost; only then are single numbers reconnected.
 */
export function createWatchDisconnects(
  deps: {
    db: Kysely<DB>;
    clock: Pick<Clock, 'monotonicMs'>;
    incidents: Pick<Incidents, 'open' | 'close'>;
  } & DisconnectOptions,
) {
  const { db, clock, incidents, withinSeconds = 120, quietSeconds = 20, restPerLook = 4 } = deps;
  let restsUntil = Number.NEGATIVE_INFINITY;

  return async function watchDisconnects(): Promise<void> {
    const startedAt = clock.monotonicMs();
    if (startedAt < restsUntil) return;
    const open = await listOpenIncidents(db, { kind });
    const losses = await countLosses(db, { withinSeconds, lostMin });
    const byBackend = new Map(losses.map((loss) => [loss.backendId, loss]));
    for (const incident of open) await follow(incident, byBackend.get(incident.backendId ?? 0));
    for (const loss of losses) if (!loss.isOpen && isMass(loss)) await incidents.open(incidentOf(loss));
    const endedAt = clock.monotonicMs();
    restsUntil = endedAt + restPerLook * (endedAt - startedAt);
  };

  async function follow({ backendId, numbers }: Incident, loss: Loss | undefined): Promise<void> {
    const end = (outcome: string) => incidents.close({ kind, backendId }, outcome);
    if (loss === undefined) await end('its numbers are gone');
    else if (loss.back >= loss.lost * backShare) await end(`${loss.back} of ${loss.lost} are back`);
    else if (loss.quietSeconds >= quietSeconds) await end('no more are lost');
    else if (loss.lost > numbers) await incidents.open(incidentOf(loss));
  }
}

function isMass({ lost, back, connected }: Loss): boolean {
  return lost >= Math.max(lostMin, lostShareMin * (connected + lost - back));
}

function incidentOf({ backendId, lost, firstAt, lastAt }: Loss) {
  return {
    kind,
    backendId,
    numbers: lost,
    detail: { since: firstAt.toISOString(), within: spanOf(lastAt.getTime() - firstAt.getTime()) },
  } as const;
}

function spanOf(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
