import type { Kysely } from 'kysely';
import type { Ids } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import { createTurns } from '../../../platform/turns.ts';
import type { DB } from '../../../schema.ts';
import type { DesiredNumber, PhoneNumbers } from '../../phone-numbers/index.ts';
import type { Findings } from '../findings.ts';
import type { HeldLease, Sighting } from '../findings-system.ts';
import { closeIncident, openIncident } from '../incidents/incident.ts';
import type { Observed } from './observe.ts';

const missingMin = 5;
const missingShare = 0.1;
const atOnce = 4;

/**
 * Numbers whose instances their backend does not have: each is in error, and its user hears of it, for nothing can be sent
 * through it. So many of them at once look like a server that came up with another database: that is an incident, which
 * keeps them from being made anew until an operator says so.
 */
export function createNoteLosses(deps: {
  db: Kysely<DB>;
  ids: Ids;
  logger: Logger;
  phoneNumbers: Pick<PhoneNumbers, 'desired'>;
  findings: Pick<Findings, 'underLease'>;
}) {
  return async (
    lease: HeldLease,
    backendId: number,
    looked: { seen: ReadonlyMap<number, Observed>; numbers: readonly DesiredNumber[]; sightings: readonly Sighting[] },
  ): Promise<void> => {
    const { numbers, seen, sightings } = looked;
    const asked = numbers.filter(({ id }) => seen.get(id)?.state !== undefined).length;
    const missing = sightings.filter(({ kind }) => kind === 'instance_missing').length;
    if (missing > Math.max(missingMin, asked * missingShare)) await stop(lease, backendId, { missing, asked });
    // Those that are made anew one by one have ended it.
    else if (asked === numbers.length && missing === 0) {
      await deps.findings.underLease(lease, async (tx) => {
        await closeIncident(tx, deps.ids, { kind: 'instances_lost', backendId }, 'all its numbers are there');
      });
    }
    const lost = new Set(
      sightings.flatMap(({ kind, phoneNumberId }) => (kind === 'instance_missing' ? [phoneNumberId] : [])),
    );
    const untold = numbers.filter(({ id, status }) => lost.has(id) && status !== 'error');
    const turns = createTurns(atOnce);
    await Promise.all(untold.map((number) => turns(() => deps.phoneNumbers.desired.noteState(number, 'missing'))));
  };

  async function stop(lease: HeldLease, backendId: number, facts: { missing: number; asked: number }): Promise<void> {
    const { missing: count, asked } = facts;
    const { isNew } = await deps.findings.underLease(lease, (tx) =>
      openIncident(tx, deps.ids, { kind: 'instances_lost', backendId, numbers: count, detail: { asked } }),
    );
    if (isNew) {
      deps.logger.error(
        { event: 'incident_opened', kind: 'instances_lost', backend_id: backendId, numbers: count },
        'a backend has lost many instances at once; none is made anew',
      );
    }
  }
}
