import { afterEach, describe, expect, test } from 'vitest';
import { createEvolutionClient } from '../../src/evolution/client.ts';
import { EvolutionError } from '../../src/evolution/errors.ts';
import { createEvolutionPool } from '../../src/evolution/pool.ts';
import { readCapture } from './captures.ts';
import { json, replay, startScriptedServer } from './scripted-server.ts';

type Respond = Parameters<typeof startScriptedServer>[0];

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function clientOf(respond: Respond) {
  const server = await startScriptedServer(respond);
  const dispatcher = createEvolutionPool(server.baseUrl);
  open.push(dispatcher, server);
  const client = createEvolutionClient({ baseUrl: server.baseUrl, apiKey: 'key', dispatcher, readTimeoutMs: 1_000 });
  return { client, server };
}

const time = (seconds: number) => new Date(seconds * 1_000);
const query = { instance: 'wa1', since: time(1_795_176_600), until: time(1_795_176_700), page: 1, pageSize: 2 };

describe('findMessages', () => {
  test('asks with both ends of the time, and a page size that the server calls offset', async () => {
    const { client, server } = await clientOf((_request, response) => replay(response, '303-findMessages-empty'));
    await client.findMessages({ ...query, page: 3, remoteJid: '5511888888888@s.whatsapp.net' });
    expect(server.received).toEqual([
      expect.objectContaining({
        method: 'POST',
        url: '/chat/findMessages/wa1',
        headers: expect.objectContaining({ apikey: 'key' }),
      }),
    ]);
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      where: {
        key: { remoteJid: '5511888888888@s.whatsapp.net' },
        messageTimestamp: { gte: '2026-11-20T12:10:00.000Z', lte: '2026-11-20T12:11:40.000Z' },
      },
      page: 3,
      offset: 2,
    });
  });

  test('tells of received messages and own ones, the oldest first, with their acknowledgements', async () => {
    const { client } = await clientOf((_request, response) => replay(response, '634-WA-findMessages'));
    const page = await client.findMessages(query);
    expect(page).toMatchObject({
      total: 12,
      pages: 6,
      rowIds: ['cmwoxtq7f0017ij7dwasiv1i0', 'cmwoxtpc8000bij7df6xfdb8v'],
    });
    expect(page.facts).toMatchObject([
      { kind: 'own_record', waId: '3EB0D652477C85F6193B0E', text: 'typed', timestamp: 1_795_176_646 },
      { kind: 'status', waId: '3EB0D652477C85F6193B0E', status: 'delivered', fromMe: true },
      { kind: 'status', waId: '3EB0D652477C85F6193B0E', status: 'read', fromMe: true },
      { kind: 'message_received', waId: '3AINBOUND000000000001', text: 'hi from phone', pushName: 'Alice WA' },
    ]);
  });

  test('leaves out what is not of the time it asked for', async () => {
    const { client } = await clientOf((_request, response) => replay(response, '634-WA-findMessages'));
    const { facts, rowIds } = await client.findMessages({ ...query, since: time(1_795_176_647) });
    expect(facts.map((fact) => fact.kind)).toEqual(['message_received']);
    expect(rowIds).toHaveLength(2);
  });

  test.each<[string, Respond, string]>([
    ['another shape', (_request, response) => json(response, 200, { messages: [] }), 'unreadable'],
    [
      'a record that is no object',
      (_request, response) => json(response, 200, { messages: { total: 1, pages: 1, currentPage: 1, records: ['x'] } }),
      'unreadable',
    ],
    ['a missing instance', (_request, response) => replay(response, '214-sendText-unknown-instance'), 'not_found'],
    ['a failure', (_request, response) => json(response, 500, { status: 500 }), 'failed'],
  ])('rejects %s', async (_name, respond, kind) => {
    const { client } = await clientOf(respond);
    const error = await client.findMessages({ ...query, instance: 'nosuch' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(EvolutionError);
    expect(error).toMatchObject({ kind });
  });
});

describe('findStatusMessage', () => {
  test('tells of the acknowledgements of one message', async () => {
    const { client, server } = await clientOf((_request, response) => replay(response, '635-WA-findStatusMessage'));
    const { request } = readCapture('contract/635-WA-findStatusMessage');
    const facts = await client.findStatusMessage({ instance: 'wa1', waId: '3EB0198A6CA060A81A1F7B' });
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual(request.body);
    expect(facts).toMatchObject([
      { kind: 'status', waId: '3EB0198A6CA060A81A1F7B', status: 'delivered', fromMe: true },
      { kind: 'status', waId: '3EB0198A6CA060A81A1F7B', status: 'read', fromMe: true },
    ]);
  });

  test('tells nothing where there is none, or of another message', async () => {
    const { client } = await clientOf((request, response) =>
      replay(response, request.body.includes('IN-1') ? '307-findStatusMessage' : '635-WA-findStatusMessage'),
    );
    expect(await client.findStatusMessage({ instance: 'evo-a', waId: 'IN-1' })).toEqual([]);
    expect(await client.findStatusMessage({ instance: 'wa1', waId: 'ANOTHER' })).toEqual([]);
  });
});
