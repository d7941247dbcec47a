import type { EvolutionClient } from '../../../src/evolution/client.ts';
import { createEvolutionClient } from '../../../src/evolution/client.ts';
import { createEvolutionPool } from '../../../src/evolution/pool.ts';
import type { Backends } from '../../../src/modules/backends/index.ts';
import { json, startScriptedServer } from '../../evolution/scripted-server.ts';

type Json = Record<string, unknown>;
export type WireRecord = Json & { key: { id: string; fromMe: boolean; remoteJid: string }; messageTimestamp: number };

export type Query = { action: string; instance: string; body: { where: Json; page?: number; offset?: number } };

/** A server that keeps records as an Evolution API server does, and answers about them by its rules. */
export async function startRecordServer() {
  const records = new Map<string, WireRecord[]>();
  const queries: Query[] = [];
  let inFlight = 0;
  let inFlightMost = 0;
  let refusal: { status: number; body: unknown } | undefined;
  let meanwhile: (query: Query) => Promise<void> | void = () => {};

  const server = await startScriptedServer(async (request, response) => {
    const [, , action = '', instance = ''] = request.url.split('/');
    const query: Query = { action, instance, body: JSON.parse(request.body) };
    queries.push(query);
    inFlight++;
    inFlightMost = Math.max(inFlightMost, inFlight);
    await meanwhile(query);
    inFlight--;
    if (refusal !== undefined) return json(response, refusal.status, refusal.body);
    const answer = action === 'findMessages' ? pageOf(query) : statusesOf(query);
    json(response, 200, answer);
  });
  const dispatcher = createEvolutionPool(server.baseUrl);
  const client = createEvolutionClient({ baseUrl: server.baseUrl, apiKey: 'key', dispatcher, readTimeoutMs: 2_000 });

  function recordsOf(instance: string): WireRecord[] {
    return records.get(instance) ?? [];
  }

  function pageOf({ instance, body: { where, page = 1, offset = 50 } }: Query): Json {
    const { gte, lte } = (where.messageTimestamp ?? {}) as { gte?: string; lte?: string };
    const [from, to] = [gte, lte].map((time) => Math.floor(Date.parse(time ?? '') / 1_000));
    const found = recordsOf(instance)
      .filter(({ messageTimestamp: at }) => !(from && to) || (at >= from && at <= to))
      .toSorted((a, b) => b.messageTimestamp - a.messageTimestamp);
    const messages = {
      total: found.length,
      pages: Math.ceil(found.length / offset),
      currentPage: page,
      records: found.slice(offset * (page - 1), offset * page),
    };
    return { messages };
  }

  function statusesOf({ instance, body: { where } }: Query): Json[] {
    const [record] = recordsOf(instance).filter(({ key }) => key.id === where.id);
    const updates = (record?.MessageUpdate ?? []) as { status: string }[];
    return updates.map(({ status }) => ({ keyId: where.id, fromMe: true, status, pollUpdates: null }));
  }

  return {
    queries,
    /** Queries that were under way at once, at most. */
    inFlightMost: () => inFlightMost,
    keep(instance: string, ...kept: WireRecord[]): void {
      records.set(instance, [...recordsOf(instance), ...kept]);
    },
    refuse(answer: { status: number; body: unknown }): void {
      refusal = answer;
    },
    /** Ends every refusal and whatever runs during queries, and forgets the queries. */
    reset(): void {
      refusal = undefined;
      meanwhile = () => {};
      inFlightMost = 0;
      queries.length = 0;
    },
    /** Runs while a query is under way. */
    during(work: (query: Query) => Promise<void> | void): void {
      meanwhile = work;
    },
    /** The pool, in which every backend is this server. */
    backends: { requireUsable: async () => ({ control: client as EvolutionClient }) } as unknown as Pick<
      Backends,
      'requireUsable'
    >,
    async close() {
      await dispatcher.close();
      await server.close();
    },
  };
}

export type RecordServer = Awaited<ReturnType<typeof startRecordServer>>;

let made = 0;

/** A record as findMessages gives it, of a message received `secondsAgo`, unless `fields` say otherwise. */
export function recordOf(
  text: string,
  secondsAgo: number,
  fields: Partial<WireRecord> & { fromMe?: boolean } = {},
): WireRecord {
  const { fromMe = false, ...others } = fields;
  return {
    id: `row${++made}`,
    key: { id: `RECORD${made}`, fromMe, remoteJid: '5511888888888@s.whatsapp.net' },
    pushName: 'Alice',
    messageType: 'conversation',
    message: { conversation: text },
    messageTimestamp: Math.floor(Date.now() / 1_000) - secondsAgo,
    source: fromMe ? 'web' : 'android',
    contextInfo: null,
    MessageUpdate: [],
    ...others,
  };
}
