import type { EvolutionHistory } from '../../evolution/client-history.ts';
import type { ApplyRecords } from './apply-records.ts';
import type { GapRepair } from './gap-repairs-system.ts';

const pageSize = 50;
const pagesMax = 400;
const passesMax = 4;
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
  const seen = new Set<string>();
  let { total } = latest;
  let events = 0;
  // A server leaves the order of one second open, and new messages push others on: what slipped from a page that was
  // still to be read into one that was read already shows in the count.
  for (let pass = 1; pass <= passesMax && seen.size < Math.min(total, pagesMax * pageSize); pass++) {
    for (let page = Math.min(Math.ceil(total / pageSize), pagesMax); page >= 1; page--) {
      const found = await read(page);
      for (const rowId of found.rowIds) seen.add(rowId);
      total = found.total;
      events += await applyRecords(gap.phoneNumberId, found.facts);
    }
  }
  return { events, pages, isWhole: seen.size >= total };
}
