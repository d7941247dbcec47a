import type { Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Dispatcher } from 'undici';
import { EvolutionError, errorOfAnswer, errorOfFailure, errorOfUnreadable } from './errors.ts';
import { exchange, segment } from './exchange.ts';
import type { InboundFact } from './inbound-facts.ts';
import { factsOfRecords, factsOfStatuses } from './parse-history.ts';
import {
  FindMessagesAnswer,
  type FindMessagesBody,
  FindStatusMessageAnswer,
  type FindStatusMessageBody,
} from './wire-history.ts';

// A record with a preview image in it can be 60 KB: its bytes are written as numbers.
const answerBytesMax = 32 * 1024 * 1024;
const deadlineMs = 20_000;

export type MessageQuery = {
  instance: string;
  /** The chat; all of them where it is left out. */
  remoteJid?: string;
  /** Both ends are included, by the server's clock. */
  since: Date;
  until: Date;
  /** From 1 on, the latest messages first. */
  page: number;
  pageSize: number;
};

export type MessagePage = {
  /** Records of all pages. */
  total: number;
  pages: number;
  /** The server's own ids of this page's records. */
  rowIds: string[];
  /** What they tell, the oldest first, each message's acknowledgements behind it. */
  facts: InboundFact[];
};

export type EvolutionHistory = ReturnType<typeof callHistory>;

/** What a server keeps of messages. All calls reject with `EvolutionError`, and change nothing there. */
export function callHistory(deps: { origin: string; prefix: string; dispatcher: Dispatcher; apiKey: string }) {
  return {
    async findMessages(query: MessageQuery): Promise<MessagePage> {
      const { instance, remoteJid, since, until, page, pageSize } = query;
      const body: FindMessagesBody = {
        where: {
          ...(remoteJid === undefined ? {} : { key: { remoteJid } }),
          messageTimestamp: { gte: since.toISOString(), lte: until.toISOString() },
        },
        page,
        offset: pageSize,
      };
      const { messages } = checked(FindMessagesAnswer, await post('findMessages', instance, body));
      // A server that does not know the filter answers with everything.
      const records = messages.records.filter((record) => isWithin(record.messageTimestamp, since, until));
      const facts = factsOfRecords(instance, records.toReversed());
      const rowIds = messages.records.map(({ id }) => id).filter((id) => typeof id === 'string');
      return { total: messages.total, pages: messages.pages, rowIds, facts };
    },

    /** The acknowledgements of one message of the instance's own. */
    async findStatusMessage(query: { instance: string; waId: string }): Promise<InboundFact[]> {
      const body: FindStatusMessageBody = { where: { id: query.waId } };
      const rows = checked(FindStatusMessageAnswer, await post('findStatusMessage', query.instance, body));
      return factsOfStatuses(
        query.instance,
        rows.filter((row) => row.keyId === query.waId),
      );
    },
  };

  async function post(action: string, instance: string, body: object): Promise<unknown> {
    const result = await exchange(deps.dispatcher, deps.origin, {
      method: 'POST',
      path: `${deps.prefix}/chat/${action}/${segment(instance)}`,
      headers: { apikey: deps.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      deadlineMs,
      answerBytesMax,
    });
    if (result.kind === 'failed') throw errorOfFailure(result.failure);
    if (result.kind === 'unreadable') throw errorOfUnreadable(result.status, result.detail);
    if (result.status >= 200 && result.status < 300) return result.body;
    throw errorOfAnswer(result.status, result.body, [deps.apiKey], instance);
  }
}

function isWithin(timestamp: unknown, since: Date, until: Date): boolean {
  // One without a time is left to its reader.
  if (typeof timestamp !== 'number') return true;
  return timestamp >= Math.floor(since.getTime() / 1_000) && timestamp <= Math.ceil(until.getTime() / 1_000);
}

function checked<T extends Type.TSchema>(schema: T, body: unknown): Static<T> {
  if (Value.Check(schema, body)) return body;
  throw new EvolutionError('unreadable', 'not the shape an Evolution server answers with', 200);
}
