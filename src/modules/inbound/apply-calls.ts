import type { Transaction } from 'kysely';
import type { InboundFact } from '../../evolution/inbound-facts.ts';
import { parseInboundCall } from '../../evolution/parse-inbound.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { appendEvents } from '../events/index.ts';
import { applyConnectionFacts, lockNumberForFacts, noteHeard } from '../phone-numbers/index.ts';
import { connectionFactOf } from './connection-fact.ts';
import { type CallEnding, type ClaimedCall, endCalls, lockClaimed } from './inbound-calls-system.ts';

/** A claimed call with what it tells. */
export type ReadCalls = { call: ClaimedCall; facts: InboundFact[] }[];

/** Reads what claimed calls tell; never throws, whatever they hold. */
export function readCalls(calls: readonly ClaimedCall[]): ReadCalls {
  return calls.map((call) => ({ call, facts: parseInboundCall(parse(call.body)) }));
}

/**
 * Applies calls of one number, in their order, all or none. Calls that another worker has taken over are left to it.
 */
export async function applyCalls(
  tx: Transaction<DB>,
  deps: { ids: Ids },
  phoneNumberId: number,
  read: ReadCalls,
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
  const facts = mine.flatMap(({ facts }) => facts);
  const events = await applyConnectionFacts(tx, number, facts.map(connectionFactOf).filter(isDefined));
  await endCalls(
    tx,
    calls,
    mine.map(({ facts }) => endingOf(facts)),
  );
  await appendEvents(tx, deps.ids, events);
}

function endingOf(facts: readonly InboundFact[]): CallEnding {
  if (facts.some((fact) => connectionFactOf(fact) !== undefined)) return { state: 'applied', note: null };
  const [first] = facts;
  return { state: 'stored', note: first === undefined ? 'empty' : noteOf(first) };
}

function noteOf(fact: InboundFact): string {
  return fact.kind === 'unknown' ? `${fact.reason}: ${fact.detail}` : `nothing is made of ${fact.kind}`;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
