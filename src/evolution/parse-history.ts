import type { InboundFact } from './inbound-facts.ts';
import { isRecord, type Json } from './json-reading.ts';
import { parseInboundCall } from './parse-inbound.ts';

/**
 * What a server's records of messages tell, in their order: received messages, its own ones, and behind each own one its
 * acknowledgements. Gives `unknown` for what it cannot use and never throws.
 */
export function factsOfRecords(instance: string, records: readonly Json[]): InboundFact[] {
  return records.flatMap((record) =>
    parseInboundCall(asCall(instance, 'messages.upsert', record)).flatMap((fact) =>
      fact.kind === 'own_message'
        ? [{ ...fact, kind: 'own_record' as const }, ...acknowledgementsIn(instance, fact.waId, record)]
        : [fact],
    ),
  );
}

/** The same of rows that are acknowledgements. */
export function factsOfStatuses(instance: string, rows: readonly Json[]): InboundFact[] {
  return rows.flatMap((row) => parseInboundCall(asCall(instance, 'messages.update', row)));
}

function acknowledgementsIn(instance: string, keyId: string, record: Json): InboundFact[] {
  const updates = Array.isArray(record.MessageUpdate) ? record.MessageUpdate.filter(isRecord) : [];
  return factsOfStatuses(
    instance,
    updates.map((update) => ({ ...update, keyId, fromMe: true })),
  );
}

function asCall(instance: string, event: string, data: Json): Json {
  return { event, instance, data };
}
