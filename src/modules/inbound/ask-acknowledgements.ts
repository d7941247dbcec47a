import type { Kysely } from 'kysely';
import type { EvolutionHistory } from '../../evolution/client-history.ts';
import { EvolutionError } from '../../evolution/errors.ts';
import type { InboundFact } from '../../evolution/inbound-facts.ts';
import type { DB } from '../../schema.ts';
import { listUnacknowledged, saveAsked, type UnacknowledgedMessage } from './ack-fallback-system.ts';
import type { ApplyRecords } from './apply-records.ts';

/** The ages at which a sent message without an acknowledgement is asked for. */
export const askAfterMs: readonly number[] = [120_000, 600_000, 3_600_000, 21_600_000];

const messagesMax = 100;
// From so many of a number on, pages of its messages cost less than a question for each.
const singlesMax = 5;
const pageSize = 50;
const pagesMax = 10;
const slackMs = 120_000;

export type AskDeps = {
  db: Kysely<DB>;
  client: Pick<EvolutionHistory, 'findMessages' | 'findStatusMessage'>;
  backendId: number;
  /** Asked before each query; ends the work by throwing. */
  mayAsk(): Promise<void>;
  applyRecords: ApplyRecords;
};

/**
 * Asks a backend what became of messages whose acknowledgements never came, each at most once at each age, and applies
 * the answers. Answers how many messages it asked for. What breaks it off is asked again.
 */
export async function askAcknowledgements(deps: AskDeps): Promise<number> {
  let asked = 0;
  for (const [index, ageMs] of askAfterMs.entries()) {
    const { db, backendId } = deps;
    const step = index + 1;
    const { messages, upto } = await listUnacknowledged(db, { backendId, step, ageMs, limit: messagesMax });
    for (const [phoneNumberId, ofNumber] of Map.groupBy(messages, (message) => message.phoneNumberId)) {
      await deps.applyRecords(phoneNumberId, await askForNumber(deps, ofNumber));
    }
    await saveAsked(db, { backendId, step, upto });
    asked += messages.length;
  }
  return asked;
}

async function askForNumber(deps: AskDeps, messages: readonly UnacknowledgedMessage[]): Promise<InboundFact[]> {
  const waIds = new Set(messages.map(({ waId }) => waId));
  try {
    const facts = messages.length > singlesMax ? await askByTime(deps, messages) : await askEach(deps, messages);
    return facts.filter((fact) => fact.kind === 'status' && waIds.has(fact.waId));
  } catch (error) {
    // It is the number's own trouble; the others' messages can be asked for all the same.
    if (error instanceof EvolutionError && ['not_found', 'refused'].includes(error.kind)) return [];
    throw error;
  }
}

async function askEach(deps: AskDeps, messages: readonly UnacknowledgedMessage[]): Promise<InboundFact[]> {
  const facts: InboundFact[] = [];
  for (const { backendName, waId } of messages) {
    await deps.mayAsk();
    facts.push(...(await deps.client.findStatusMessage({ instance: backendName, waId })));
  }
  return facts;
}

async function askByTime(deps: AskDeps, messages: readonly UnacknowledgedMessage[]): Promise<InboundFact[]> {
  const times = messages.map(({ sentAt }) => sentAt.getTime());
  const query = {
    instance: messages[0]?.backendName ?? '',
    since: new Date(Math.min(...times) - slackMs),
    until: new Date(Math.max(...times) + slackMs),
    pageSize,
  };
  const facts: InboundFact[] = [];
  for (let page = 1, pages = 1; page <= Math.min(pages, pagesMax); page++) {
    await deps.mayAsk();
    const found = await deps.client.findMessages({ ...query, page });
    pages = found.pages;
    facts.push(...found.facts);
  }
  return facts;
}
