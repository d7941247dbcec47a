import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Kinds, receiveText, startKinds } from '../messages/kinds-support.ts';
import { newRecipient } from '../messages/support.ts';
import { backendNameOf, during, expectNothingOfTheBackend, setStatus, standIn } from './relay-support.ts';

let kinds: Kinds;
let base: string;
beforeAll(async () => {
  kinds = await startKinds();
  base = `/api/phone-numbers/${kinds.number.id}`;
});
afterAll(() => kinds.gateway.close());

const get = (path: string) => kinds.user.api('GET', `${base}${path}`);

/** Has the owner write on the own phone: nothing of it is sent by us. */
async function typed(from: string, text: string): Promise<string> {
  const name = await backendNameOf(kinds, kinds.number);
  return (await kinds.gateway.sandboxes[0]?.control.receive(name, { from, text, fromMe: true })) ?? '';
}

test('chats come the latest first, each with its last message and our id of it', async () => {
  const [first, second] = [newRecipient(), newRecipient()];
  const sent = await kinds.sendText({ number: first, text: 'to the first' });
  await receiveText(kinds, kinds.number, second, 'from the second');
  const { answer, calls } = await during(kinds, () => get('/chats'));
  expect(answer.status).toBe(200);
  const name = await backendNameOf(kinds, kinds.number);
  expect(calls.map(({ method, url }) => `${method} ${url}`)).toEqual([`POST /chat/findChats/${name}`]);
  const chats = answer.body.chats.filter(({ phone_number }: { phone_number: string }) =>
    [first, second].includes(phone_number),
  );
  expect(chats).toHaveLength(2);
  const ofFirst = chats.find(({ phone_number }: { phone_number: string }) => phone_number === first);
  expect(ofFirst).toMatchObject({
    jid: `${first}@s.whatsapp.net`,
    is_group: false,
    last_message: { id: sent.body.message_id, whatsapp_id: sent.body.whatsapp_id, from_me: true, text: 'to the first' },
  });
  const ofSecond = chats.find(({ phone_number }: { phone_number: string }) => phone_number === second);
  expect(ofSecond.last_message).toMatchObject({ from_me: false, from: second, id: expect.any(String) });
  await expectNothingOfTheBackend(kinds, kinds.number, [answer]);
});

test('messages of a chat come the latest first, those that only the phone knows of without an id of ours', async () => {
  const number = newRecipient();
  const jid = `${number}@s.whatsapp.net`;
  const sent = await kinds.sendText({ number, text: 'one' });
  const received = await receiveText(kinds, kinds.number, number, 'two');
  const own = await typed(number, 'three');
  const { answer, calls } = await during(kinds, () => get(`/chats/${jid}/messages`));
  expect(answer.status).toBe(200);
  const byText = Object.fromEntries(answer.body.messages.map((each: { text: string }) => [each.text, each]));
  expect(byText.one).toMatchObject({ id: sent.body.message_id, from_me: true, from: null, has_media: false });
  expect(byText.two).toMatchObject({ id: expect.any(String), whatsapp_id: received, from: number, status: null });
  expect(byText.three).toMatchObject({ id: null, whatsapp_id: own, from_me: true });
  expect(calls).toHaveLength(1);
  expect(calls[0]?.body).toMatchObject({ where: { key: { remoteJid: jid } } });
  // Digits are the address that they lead to.
  expect((await get(`/chats/${number}/messages`)).body.messages).toHaveLength(3);
  await vi.waitFor(async () => {
    const { messages } = (await get(`/chats/${jid}/messages`)).body;
    expect(messages.find(({ text }: { text: string }) => text === 'one').status).toBe('read');
  });
  await expectNothingOfTheBackend(kinds, kinds.number, [answer]);
});

test('pages tell each message once, whatever is written meanwhile', async () => {
  const number = newRecipient();
  for (let i = 0; i < 5; i++) await typed(number, `old ${i}`);
  const texts: string[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const query = cursor === null ? 'limit=2' : `cursor=${cursor}`;
    const { status, body } = await get(`/chats/${number}/messages?${query}`);
    expect(status).toBe(200);
    texts.push(...body.messages.map(({ text }: { text: string }) => text));
    cursor = body.next_cursor;
    pages++;
    // Times are whole seconds.
    if (pages === 1) await vi.waitFor(() => expectLaterSecond(body.messages[0].sent_at), { timeout: 5_000 });
    if (pages === 1) await typed(number, 'new');
  } while (cursor !== null);
  expect([pages, texts.length]).toEqual([3, 5]);
  expect(new Set(texts)).toEqual(new Set(['old 0', 'old 1', 'old 2', 'old 3', 'old 4']));
  expect((await get('/chats?limit=1')).body).toMatchObject({ chats: [{}], next_cursor: expect.any(String) });
  for (const bad of ['cursor=x', 'cursor=MS4xLjI', 'limit=0', 'limit=101', 'page=2'])
    expect((await get(`/chats?${bad}`)).body.code, bad).toBe('invalid_request');
});

function expectLaterSecond(than: string): void {
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(than) + 1_000);
}

test('contacts are listed, and searched by name and number', async () => {
  const name = await backendNameOf(kinds, kinds.number);
  const numbers = [newRecipient(), newRecipient(), newRecipient()];
  for (const [index, from] of numbers.entries())
    await kinds.gateway.sandboxes[0]?.control.receive(name, { from, text: 'hi', pushName: `Zoë ${index}` });
  const listed = await get('/contacts?limit=100');
  expect(listed.body.contacts.map(({ phone_number }: { phone_number: string }) => phone_number)).toEqual(
    expect.arrayContaining(numbers),
  );
  const first = await get('/contacts?search=zo%C3%AB&limit=2');
  expect(first.body).toMatchObject({ contacts: [{ name: 'Zoë 0' }, { name: 'Zoë 1' }], searched_all: true });
  const second = await get(`/contacts?search=zo%C3%AB&cursor=${first.body.next_cursor}`);
  expect(second.body).toMatchObject({ contacts: [{ name: 'Zoë 2', is_group: false }], next_cursor: null });
  expect((await get(`/contacts?search=${numbers[1]?.slice(3)}`)).body.contacts).toMatchObject([{ name: 'Zoë 1' }]);
  expect((await get('/contacts?search=nobody')).body.contacts).toEqual([]);
  await expectNothingOfTheBackend(kinds, kinds.number, [listed, first]);
});

test('what the backend keeps is told of a number that is offline too, and of every kind of number', async () => {
  const offline = await kinds.gateway.connectNumber(kinds.user);
  await receiveText(kinds, offline, '5511666666666', 'hello');
  await setStatus(kinds, offline, 'disconnected');
  const chats = await kinds.user.api('GET', `/api/phone-numbers/${offline.id}/chats`);
  expect(chats.body.chats).toMatchObject([{ phone_number: '5511666666666' }]);
  for (const line of ['EVOLUTION', 'WHATSAPP-BUSINESS'] as const) {
    const number = newRecipient();
    const sent = await kinds.send(line, 'text', { number, text: 'hi' });
    const of = `/api/phone-numbers/${kinds.lines[line].id}`;
    const { body } = await kinds.user.api('GET', `${of}/chats`);
    const chat = body.chats.find(({ jid }: { jid: string }) => jid.startsWith(number));
    expect(chat.last_message.id, line).toBe(sent.body.message_id);
    const messages = await kinds.user.api('GET', `${of}/chats/${chat.jid}/messages`);
    expect(messages.body.messages, line).toMatchObject([{ text: 'hi', id: sent.body.message_id }]);
    expect((await kinds.user.api('GET', `${of}/contacts`)).status, line).toBe(200);
  }
});

describe("another's number", () => {
  test('is not found, and its backend is not asked', async () => {
    const stranger = await kinds.gateway.signUp();
    for (const path of ['/chats', '/contacts', '/chats/5511666666666/messages', '/groups', '/profile', '/privacy']) {
      const { answer, calls } = await during(kinds, () => stranger.api('GET', `${base}${path}`));
      expect([answer.status, answer.body.code, calls], path).toEqual([404, 'not_found', []]);
    }
  });

  test('is never reached by what an address may hold: calls are about the own name alone, without a query', async () => {
    const stranger = await kinds.gateway.signUp();
    const own = await kinds.gateway.connectNumber(stranger);
    const [ownName, otherName] = [await backendNameOf(kinds, own), await backendNameOf(kinds, kinds.number)];
    await kinds.sendText({ text: 'a secret' });
    const mine = `/api/phone-numbers/${own.id}`;
    const tricks = [
      `x?instanceName=${otherName}`,
      `x%3FinstanceName%3D${otherName}`,
      `../${otherName}`,
      `..%2F${otherName}`,
      `..%2f..%2fchat%2ffindChats%2f${otherName}`,
      `%2e%2e%2f${otherName}`,
      `x%26instanceName=${otherName}`,
      `120363000000000000@g.us%23${otherName}`,
      `120363000000000000@g.us?instanceName=${otherName}`,
      `120363000000000000%40g.us%26instanceName%3D${otherName}`,
      '%00',
    ];
    const paths = tricks.flatMap((trick) => [
      `${mine}/chats/${trick}/messages`,
      `${mine}/chats/x/messages?instanceName=${otherName}`,
      `${mine}/chats?instanceName=${otherName}`,
      `${mine}/contacts?search=${trick}`,
      `${mine}/groups/${trick}`,
      `${mine}/groups/${trick}/invite-code`,
      `${mine}/profile-picture?number=${trick}`,
    ]);
    const before = kinds.gateway.sandboxes.flatMap(({ control }) => control.ledger.calls()).length;
    for (const path of paths) {
      const { status, body } = await stranger.api('GET', path);
      expect(status, path).toBeLessThan(500);
      expect(JSON.stringify(body), path).not.toMatch(/a secret/);
    }
    const calls = kinds.gateway.sandboxes
      .flatMap(({ control }) => control.ledger.calls())
      .slice(before)
      .filter(({ url }) => /^\/(chat|group)\//.test(url));
    expect(calls.length).toBeGreaterThan(0);
    for (const { url } of calls) {
      const { pathname, searchParams } = new URL(url, 'http://backend');
      expect(pathname.split('/').at(-1), url).toBe(ownName);
      expect(
        [...searchParams.keys()].filter((key) => !/^(groupJid|getParticipants)$/.test(key)),
        url,
      ).toEqual([]);
    }
  });
});

describe('a backend', () => {
  test('that is down is told of within a second', async () => {
    const number = await kinds.gateway.connectNumber(kinds.user);
    const server = await standIn(kinds, number);
    await server.close();
    const startedAt = performance.now();
    const { status, body, headers } = await kinds.user.api('GET', `/api/phone-numbers/${number.id}/chats`);
    expect([status, body.code]).toEqual([503, 'backend_unavailable']);
    expect(headers['retry-after']).toBeDefined();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('that hangs holds four requests of one number, and no fifth', async () => {
    const number = await kinds.gateway.connectNumber(kinds.user);
    const server = await standIn(kinds, number);
    const ask = () => kinds.user.api('GET', `/api/phone-numbers/${number.id}/contacts`);
    const hanging = [ask(), ask(), ask(), ask()];
    await vi.waitFor(() => expect(server.received).toHaveLength(4));
    const fifth = await ask();
    expect([fifth.status, fifth.body.code, server.received.length]).toEqual([503, 'overloaded', 4]);
    expect((await get('/contacts')).status).toBe(200);
    await server.close();
    expect((await Promise.all(hanging)).map(({ body }) => body.code)).toEqual(Array(4).fill('backend_unavailable'));
    expect((await ask()).body.code).toBe('backend_unavailable');
  });

  test('that answers nonsense, or fails, or has lost the number, tells nothing of itself through us', async () => {
    const number = await kinds.gateway.connectNumber(kinds.user);
    const name = await backendNameOf(kinds, number);
    const server = await standIn(kinds, number);
    const answers = [];
    for (const [answer, code] of [
      [{ status: 200, body: { apikey: 'global-key', instanceName: name } }, 'backend_failed'],
      [{ status: 500, body: { response: { message: [`boom at ${name} with global-key`] } } }, 'backend_failed'],
      [{ status: 400, body: { response: { message: [`no ${name} here`] } } }, 'backend_refused'],
      [
        { status: 404, body: { response: { message: [`Cannot POST /chat/findChats/${name}`] } } },
        'action_not_supported',
      ],
      [
        { status: 404, body: { response: { message: [`The "${name}" instance does not exist`] } } },
        'number_not_connected',
      ],
      [{ status: 401, body: { response: { message: 'Unauthorized' } } }, 'backend_unavailable'],
    ] as const) {
      server.answers.set('POST /chat/findChats', answer);
      const told = await kinds.user.api('GET', `/api/phone-numbers/${number.id}/chats`);
      expect(told.body.code, JSON.stringify(answer)).toBe(code);
      answers.push(told);
    }
    await expectNothingOfTheBackend(kinds, number, answers);
    await server.close();
  });
});
