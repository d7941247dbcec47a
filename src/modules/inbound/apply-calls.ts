import type { Transaction } from 'kysely';
import { parseInboundCall } from '../../evolution/parse-inbound.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { appendEvents } from '../events/index.ts';
import { lockNumberForFacts, noteHeard } from '../phone-numbers/index.ts';
import { applyTells, type Tell, tellOf } from './apply-tells.ts';
import { noteGapOfNumber } from './gap-repairs-system.ts';
import { type CallEnding, type ClaimedCall, endCalls, lockClaimed } from './inbound-calls-system.ts';

/** A claimed call with what it tells. */
export type ReadCall = { call: ClaimedCall; tells: Tell[] };

/** Reads what a claimed call tells; never throws, whatever it holds. */
export function readClaimed(call: ClaimedCall): ReadCall {
  if (call.isTruncated) return { call, tells: [{ about: 'nothing', note: 'too large to be kept' }] };
  return { call, tells: parseInboundCall(parse(call.body)).map(tellOf) };
}

/** When what a call tells may have been said at the earliest: a backend repeats its calls for 20 minutes. */
export function saidSince(call: ClaimedCall): Date {
  return new Date(Date.parse(call.receivedAt) - repeatsMs);
}

const repeatsMs = 1_200_000;

/**
 * Applies calls of one number, in their order, all or none. Calls that another worker has taken over are left to it.
 */
export async function applyCalls(
  tx: Transaction<DB>,
  deps: { ids: Ids },
  phoneNumberId: number,
  read: readonly ReadCall[],
): Promise<void> {
  const number = await lockNumberForFacts(tx, phoneNumberId);
  const held = new Set(
    await lockClaimed(
      tx,
      read.map(({ call }) => call),
    ),
  );
  const mine = read.filter(({ call }) => held.has(call));
  const calls = mine.map(({ call }) => call);
  if (calls.length === 0) return;
  if (number === undefined) {
    await endCalls(
      tx,
      calls,
      calls.map(() => ({ state: 'stored', note: 'number deleted' })),
    );
    return;
  }
  await noteHeard(tx, number.id);
  const truncated = calls.find((call) => call.isTruncated);
  if (truncated !== undefined) await noteGapOfNumber(tx, number.id, saidSince(truncated), 'call_truncated');
  const { news, events } = await applyTells(
    tx,
    deps,
    number,
    mine.flatMap(({ tells }) => tells),
  );
  await endCalls(
    tx,
    calls,
    mine.map(({ tells }) => endingOf(tells, news)),
  );
  await appendEvents(tx, deps.ids, events);
}

function endingOf(tells: readonly Tell[], news: ReadonlySet<Tell>): CallEnding {
  if (tells.some((tell) => news.has(tell))) return { state: 'applied', note: null };
  if (tells.some((tell) => tell.about !== 'nothing')) return { state: 'duplicate', note: 'known before' };
  const [first] = tells;
  return { state: 'stored', note: first?.about === 'nothing' ? first.note : 'tells nothing' };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
