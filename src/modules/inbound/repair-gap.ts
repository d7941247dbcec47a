import type { EvolutionHistory } from '../../evolution/client-history.ts';
import type { ApplyRecords } from './apply-records.ts';
import type { GapRepair } from './gap-repairs-system.ts';

const pageSize = 50;
const pagesMax = 400;
const shiftsMax = 20;
// Clocks of backends differ from ours, and a message is said a little before it is called about.
const slackMs = 60_000;
const aheadMs = 600_000;

export type Repaired = { events: number; pages: number; isWhole: boolean };

/**
 * Reads a number's messages since its gap began back from its backend, the oldest first, and applies what is missing.
 * `mayAsk` is asked before each query, and ends the work by throwing.
 */
export async function repairGap(deps: {
  client: Pick<EvolutionHistory, 'findMessages'>;
  gap: GapRepair;
  now: Date;
  mayAsk(): Promise<void>;
  applyRecords: ApplyRecords;
}): Promise<Repaired> {
  const { client, gap, now, mayAsk, applyRecords } = deps;
  const query = {
    instance: gap.backendName,
    since: new Date(gap.since.getTime() - slackMs),
    until: new Date(now.getTime() + aheadMs),
    pageSize,
  };
  const read = async (page: number) => {
    await mayAsk();
    return client.findMessages({ ...query, page });
  };

  const latest = await read(1);
  const pages = Math.min(latest.pages, pagesMax);
  if (pages <= 1) return { events: await applyRecords(gap.phoneNumberId, latest.facts), pages, isWhole: true };
  let { total } = latest;
  let events = 0;
  let shifts = 0;
  for (let page = pages; page >= 1; ) {
    const found = await read(page);
    events += await applyRecords(gap.phoneNumberId, found.facts);
    // What came meanwhile is on the first page and pushed the others on: into pages that were read already.
    const pushed = Math.ceil((found.total - total) / pageSize);
    total = found.total;
    page = pushed > 0 && shifts++ < shiftsMax ? Math.min(found.pages, page + pushed) : page - 1;
  }
  return { events, pages, isWhole: latest.pages <= pagesMax };
}
