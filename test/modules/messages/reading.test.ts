import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { messageStatuses } from '../../../src/modules/messages/message.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { messageRow, newRecipient, type Sender, senderOf, startSender } from './support.ts';

const ids = createIds();
const within = { timeout: 8_000, interval: 20 };
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
let sender: Sender;

beforeAll(async () => {
  sender = await startSender({ overrides: { messages: { answerWithinMs: 400, callWithinMs: 900 } } });
});
afterAll(() => sender.gateway.close());

const get = (id: string) => sender.user.api('GET', `/api/messages/${id}`);
const untilStatus = (id: string, status: string) =>
  vi.waitFor(async () => expect((await messageRow(sender, id)).status).toBe(status), within);

/** The sandbox that holds the sender's number, and the number's name there. */
async function phoneOf({ gateway, number }: Sender) {
  const { backend_name: name, server_instance: url } = await gateway.database.db
    .selectFrom('phone_numbers')
    .select(['backend_name', 'server_instance'])
    .where('id', '=', number.id)
    .executeTakeFirstOrThrow();
  const control = gateway.sandboxes.find((each) => each.url === url)?.control;
  if (control === undefined || name === null) throw new Error('the number has no sandbox');
  return { control, name };
}

async function insert(owner: Sender, row: { status?: string; direction?: string; kind?: string; created_at?: string }) {
  const id = ids.uuidv7();
  await owner.gateway.database.db
    .insertInto('messages')
    .values({
      id,
      user_id: owner.user.id,
      phone_number_id: owner.number.id,
      direction: 'outbound',
      kind: 'text',
      remote_jid: '628123456789',
      status: 'sent',
      content: '{}',
      ...row,
    })
    .execute();
  return id;
}

async function anotherUser(): Promise<Sender> {
  const user = await sender.gateway.signUp();
  return senderOf(sender.gateway, user, await sender.gateway.connectNumber(user));
}

describe('one message', () => {
  test('that was read tells what it said and how far it came', async () => {
    const to = newRecipient();
    const { body } = await sender.sendText({ number: to, text: 'hello' });
    await untilStatus(body.message_id, 'read');
    const answer = await get(body.message_id);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({
      success: true,
      message: {
        id: body.message_id,
        direction: 'outbound',
        kind: 'text',
        status: 'read',
        status_reason: null,
        to,
        phone_number_id: sender.number.id,
        whatsapp_id: body.whatsapp_id,
        content: { text: 'hello', caption: null, file_name: null, mimetype: null, media_url: null },
        priority: null,
        campaign_id: null,
        retry_of: null,
        evidence: null,
        created_at: time,
        send_at: null,
        expires_at: null,
        called_at: time,
        sent_at: time,
        delivered_at: time,
        read_at: time,
        played_at: null,
        edited_at: null,
        deleted_at: null,
        ended_at: null,
        sandbox: true,
        history: ['accepted', 'sending', 'sent', 'delivered', 'read'].map((status) => ({ status, at: time })),
      },
    });
    const times = answer.body.message.history.map(({ at }: { at: string }) => at);
    expect(times).toEqual([...times].sort());
  });

  test('with media tells its caption and name, never its bytes', async () => {
    const mediaBase64 = Buffer.alloc(600, 'x').toString('base64');
    const { body } = await sender.sendMedia({ number: newRecipient(), mediaBase64, caption: 'c', fileName: 'a.png' });
    const { body: told } = await get(body.message_id);
    expect(told.message).toMatchObject({ kind: 'image', content: { caption: 'c', file_name: 'a.png', text: null } });
    expect(JSON.stringify(told)).not.toContain(mediaBase64.slice(0, 40));
  });

  test('that was refused, or whose outcome is unknown, is found by the id its problem carries', async () => {
    const [refused, hanging] = await Promise.all(
      ['0000404', '0000408'].map((ending) => sender.sendText({ number: newRecipient(ending) })),
    );
    expect([refused?.status, hanging?.status]).toEqual([422, 504]);
    await untilStatus(hanging?.body.message_id, 'unknown');
    expect((await get(refused?.body.message_id)).body.message).toMatchObject({
      status: 'failed',
      status_reason: 'recipient_not_on_whatsapp',
      sent_at: null,
      history: [{ status: 'accepted' }, { status: 'sending' }, { status: 'failed', at: time }],
    });
    expect((await get(hanging?.body.message_id)).body.message).toMatchObject({
      status: 'unknown',
      status_reason: 'timeout',
      history: [{ status: 'accepted' }, { status: 'sending' }, { status: 'unknown', at: time }],
    });
  });

  test('that was received tells who wrote, and in which group', async () => {
    const own = await anotherUser();
    const { control, name } = await phoneOf(own);
    await control.receive(name, { from: '5511888888888', text: 'hi there', pushName: 'Alice' });
    await control.emit(name, 'messages.upsert', {
      key: { id: 'GROUP1', remoteJid: '120363041234567890@g.us', fromMe: false, participant: '987654321098765@lid' },
      message: { conversation: 'hi all' },
      messageType: 'conversation',
      messageTimestamp: 1_795_176_647,
    });
    const list = () => own.user.api('GET', '/api/messages?direction=inbound');
    await vi.waitFor(async () => expect((await list()).body.messages).toHaveLength(2), within);
    const { messages } = (await list()).body;
    const told = new Map(messages.map((each: { content: { text: string } }) => [each.content.text, each]));
    expect(told.get('hi there')).toEqual({
      id: expect.any(String),
      direction: 'inbound',
      kind: 'text',
      status: 'received',
      status_reason: null,
      from: '5511888888888',
      chat: '5511888888888@s.whatsapp.net',
      phone_number_id: own.number.id,
      whatsapp_id: expect.any(String),
      content: { text: 'hi there', caption: null, file_name: null, mimetype: null, media_url: null },
      priority: null,
      campaign_id: null,
      retry_of: null,
      evidence: null,
      created_at: time,
      send_at: null,
      expires_at: null,
      called_at: null,
      sent_at: null,
      delivered_at: null,
      read_at: null,
      played_at: null,
      edited_at: null,
      deleted_at: null,
      ended_at: null,
      sandbox: true,
      history: [{ status: 'received', at: time }],
    });
    expect(told.get('hi all')).toMatchObject({ from: '987654321098765@lid', chat: '120363041234567890@g.us' });
    // Whoever is told may be answered.
    expect(await own.sendText({ number: '987654321098765@lid' })).toMatchObject({ status: 200 });
  });

  test('may have any status that the database holds, and its history ends with it', async () => {
    const { rows } = await sql<{ definition: string }>`
      select pg_get_constraintdef(oid) as definition from pg_constraint where conname = 'messages_status_check'`.execute(
      sender.gateway.database.db,
    );
    const known = [...(rows[0]?.definition ?? '').matchAll(/'(\w+)'::text/g)].map((match) => match[1]);
    expect(known.sort()).toEqual([...messageStatuses].sort());
    for (const status of messageStatuses) {
      const id = await insert(sender, { status, direction: status === 'received' ? 'inbound' : 'outbound' });
      const { status: code, body } = await get(id);
      expect([code, body.message.status, body.message.history.at(-1).status]).toEqual([200, status, status]);
      const { messages } = (await sender.user.api('GET', `/api/messages?status=${status}&limit=1`)).body;
      expect(messages[0].id).toBe(id);
    }
  });

  test("of another user is answered exactly like a missing one, and so is what is no message's id", async () => {
    const foreign = await insert(await anotherUser(), {});
    const answers = await Promise.all([foreign, ids.uuidv7(), '1', 'x'.repeat(50), "'", '%00', '%F0%9F'].map(get));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 400, 400]);
    for (const { body } of answers.slice(0, 5)) {
      expect({ ...body, request_id: '' }).toEqual({ ...answers[0]?.body, request_id: '' });
    }
  });
});

describe('the list', () => {
  test('has every message of the user once over its pages, newest first, and none of another user', async () => {
    const own = await anotherUser();
    const made: string[] = [];
    for (let n = 0; n < 25; n++) {
      // Several of one moment: then the id decides.
      made.push(await insert(own, { created_at: `2026-01-01T00:00:0${n % 3}.123Z` }));
    }
    const newestFirst = made
      .map((id, n) => ({ id, at: n % 3 }))
      .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
      .map(({ id }) => id);
    const seen: string[] = [];
    let cursor = '';
    let pages = 0;
    do {
      const { status, body } = await own.user.api('GET', `/api/messages?limit=4${cursor}`);
      expect(status).toBe(200);
      seen.push(...body.messages.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
      pages++;
    } while (cursor !== '');
    expect(seen).toEqual(newestFirst);
    expect(pages).toBe(7);
  });

  test('is narrowed by number, status, direction and kind, together', async () => {
    const own = await anotherUser();
    const second = senderOf(own.gateway, own.user, await own.gateway.connectNumber(own.user));
    const wanted = await insert(second, { kind: 'image', direction: 'inbound', status: 'received' });
    await insert(second, { kind: 'text', direction: 'inbound', status: 'received' });
    await insert(second, { kind: 'image', status: 'failed' });
    const elsewhere = await insert(own, { kind: 'image', direction: 'inbound', status: 'received' });
    const find = async (query: string, api = own.user.api) =>
      ((await api('GET', `/api/messages?${query}`)).body.messages as { id: string }[]).map(({ id }) => id);
    const all = `phone_number_id=${second.number.id}&status=received&direction=inbound&kind=image`;
    expect(await find(all)).toEqual([wanted]);
    expect(await find('kind=image&direction=inbound')).toEqual([elsewhere, wanted]);
    expect(await find('status=failed')).toHaveLength(1);
    expect(await find(`phone_number_id=${second.number.id}`)).toHaveLength(3);
    expect(await find('')).toHaveLength(4);
    expect(await find(all, sender.user.api)).toEqual([]);
  });

  test('is narrowed by recipient, time and campaign', async () => {
    const own = await anotherUser();
    const campaign = '01234567-89ab-7def-8123-456789abcdef';
    const set = (id: string, columns: string) =>
      sql.raw(`update messages set ${columns} where id = '${id}'`).execute(own.gateway.database.db);
    const [digits, jid, group, early] = await Promise.all(Array.from({ length: 4 }, () => insert(own, {})));
    const received = await insert(own, { direction: 'inbound', status: 'received' });
    await set(digits ?? '', "remote_jid = '628111111111', created_at = '2026-01-02T00:00:00Z'");
    await set(jid ?? '', "remote_jid = '628111111111@s.whatsapp.net', created_at = '2026-01-03T00:00:00Z'");
    await set(received, "remote_jid = '628111111111@s.whatsapp.net', created_at = '2026-01-03T00:00:00Z'");
    await set(group ?? '', "remote_jid = '120363041234567890@g.us', created_at = '2026-01-04T00:00:00Z'");
    await set(early ?? '', `campaign_id = '${campaign}', created_at = '2026-01-01T00:00:00Z'`);
    const find = async (query: string) =>
      ((await own.user.api('GET', `/api/messages?${query}`)).body.messages as { id: string }[]).map(({ id }) => id);
    expect(await find('to=628111111111')).toEqual([jid, digits]);
    expect(await find('to=%2B628111111111&until=2026-01-03T00:00:00Z')).toEqual([digits]);
    expect(await find('to=120363041234567890@g.us')).toEqual([group]);
    expect(await find('since=2026-01-03T00:00:00Z&until=2026-01-04T00:00:00Z&direction=outbound')).toEqual([jid]);
    expect(await find(`campaign_id=${campaign}`)).toEqual([early]);
  });

  test.each([
    'since=yesterday',
    'since=1969-12-31T23:59:59Z',
    'campaign_id=7',
    'surprise=1',
    'limit=0',
    'limit=201',
    'limit=x',
    'status=nonsense',
    'direction=both',
    'kind=%00',
    'phone_number_id=0',
    'phone_number_id=1.5',
    'cursor=nonsense',
    `cursor=${Buffer.from('2026-01-01T00:00:00.000Z 7').toString('base64url')}`,
  ])('?%s is a bad request', async (query) => {
    const { status, body } = await sender.user.api('GET', `/api/messages?${query}`);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
  });

  test('is 50 long unless said, and 200 at most', async () => {
    const own = await anotherUser();
    await sql`
      insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content)
      select gen_random_uuid(), ${own.user.id}, ${own.number.id}, 'outbound', 'text', '628123456789', 'sent', '{}'
      from generate_series(1, 210)`.execute(own.gateway.database.db);
    const lengths = await Promise.all(
      ['', '?limit=200'].map(
        async (query) => (await own.user.api('GET', `/api/messages${query}`)).body.messages.length,
      ),
    );
    expect(lengths).toEqual([50, 200]);
  });
});
