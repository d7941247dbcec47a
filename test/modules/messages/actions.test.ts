import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Answer } from '../../support/gateway.ts';
import { type Kinds, receiveText, startKinds } from './kinds-support.ts';
import { newRecipient, startSender, usedUnits } from './support.ts';

let kinds: Kinds;
beforeAll(async () => {
  kinds = await startKinds({ overrides: { messages: { actionWithinMs: 2_000 } } });
});
afterAll(() => kinds.gateway.close());

/** The calls of chat routes that a backend got during `work`. */
async function during(
  work: () => Promise<Answer>,
): Promise<{ answer: Answer; calls: { url: string; body: unknown }[] }> {
  const all = () =>
    kinds.gateway.sandboxes
      .flatMap(({ control }) => control.ledger.calls())
      .filter(({ url }) => url.startsWith('/chat/'));
  const before = all().length;
  const units = await usedUnits(kinds);
  const answer = await work();
  expect(await usedUnits(kinds)).toBe(units);
  const calls = all().slice(before);
  return { answer, calls: calls.map(({ url, body }) => ({ url: url.replace(/\/[^/]+$/, ''), body })) };
}

const { api } = { api: (...call: Parameters<Kinds['user']['api']>) => kinds.user.api(...call) };
const edit = (id: string, text = 'changed') => api('POST', `/api/messages/${id}/edit`, { text });
const remove = (id: string) => api('DELETE', `/api/messages/${id}`);
const rowOf = (id: string) =>
  kinds.gateway.database.db
    .selectFrom('messages')
    .select(['content', 'edited_at', 'deleted_at', 'status'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();

async function sent(body: Record<string, unknown> = {}): Promise<{ id: string; whatsappId: string; jid: string }> {
  const number = newRecipient();
  const answer = await kinds.sendText({ number, text: 'first', ...body });
  expect(answer.status).toBe(200);
  return { id: answer.body.message_id, whatsappId: answer.body.whatsapp_id, jid: `${number}@s.whatsapp.net` };
}

test('a sent text is edited on all phones; the row says when, and keeps what it said first', async () => {
  const { id, whatsappId, jid } = await sent();
  const { answer, calls } = await during(() => edit(id));
  expect(answer).toMatchObject({ status: 200, body: { success: true, message_id: id } });
  const key = { id: whatsappId, remoteJid: jid, fromMe: true };
  expect(calls).toEqual([{ url: '/chat/updateMessage', body: { number: jid, text: 'changed', key } }]);
  expect(await rowOf(id)).toMatchObject({
    content: { text: 'changed', original_text: 'first' },
    edited_at: expect.any(Date),
    deleted_at: null,
  });
  expect((await api('GET', `/api/messages/${id}`)).body.message).toMatchObject({
    content: { text: 'changed' },
    edited_at: expect.any(String),
    deleted_at: null,
  });
  await edit(id, 'again');
  expect(await rowOf(id)).toMatchObject({ content: { text: 'again', original_text: 'first' } });
});

test('a message is named by its WhatsApp id as well, to its own user alone', async () => {
  const { id, whatsappId } = await sent();
  expect((await during(() => edit(whatsappId))).answer.body).toEqual({ success: true, message_id: id });
  const stranger = await kinds.gateway.signUp();
  expect((await stranger.api('DELETE', `/api/messages/${whatsappId}`)).status).toBe(404);
  expect((await during(() => remove(whatsappId))).answer.body).toEqual({ success: true, message_id: id });
  expect(await rowOf(id)).toMatchObject({ edited_at: expect.any(Date), deleted_at: expect.any(Date) });
});

test('a sent message is deleted for everyone, once, and edited no more', async () => {
  const { id, whatsappId, jid } = await sent();
  const first = await during(() => remove(id));
  expect(first.answer.status).toBe(200);
  expect(first.calls).toEqual([
    { url: '/chat/deleteMessageForEveryone', body: { id: whatsappId, remoteJid: jid, fromMe: true } },
  ]);
  expect(await rowOf(id)).toMatchObject({ deleted_at: expect.any(Date) });
  const second = await during(() => remove(id));
  expect([second.answer.status, second.calls]).toEqual([200, []]);
  const edited = await during(() => edit(id));
  expect([edited.answer.status, edited.answer.body.code, edited.calls]).toEqual([409, 'message_not_changeable', []]);
});

test('what is not text is deleted, not edited; what was not sent or was received is neither', async () => {
  const poll = await kinds.send('WHATSAPP-BAILEYS', 'poll', {
    number: newRecipient(),
    question: 'q',
    options: ['a', 'b'],
  });
  const waiting = await kinds.sendText({ send_at: '2026-12-24T12:00:00Z' });
  const received = await receiveText(kinds, kinds.number, '5511666666666', 'hello');
  const { id: receivedId } = await kinds.gateway.database.db
    .selectFrom('messages')
    .select('id')
    .where('whatsapp_id', '=', received)
    .executeTakeFirstOrThrow();
  for (const [call, status, code] of [
    [() => edit(poll.body.message_id), 409, 'message_not_changeable'],
    [() => edit(receivedId), 409, 'message_not_changeable'],
    [() => remove(receivedId), 409, 'message_not_changeable'],
    [() => edit(waiting.body.message_id), 409, 'message_not_changeable'],
    [() => edit('01900000-0000-7000-8000-000000000000'), 404, 'not_found'],
    [() => remove('nonsense'), 404, 'not_found'],
    [() => edit(poll.body.message_id, ' '), 400, 'invalid_request'],
  ] as const) {
    const { answer, calls } = await during(call);
    expect([answer.status, answer.body.code, calls]).toEqual([status, code, []]);
  }
  expect((await during(() => remove(poll.body.message_id))).answer.status).toBe(200);
});

test("another user's messages are not found", async () => {
  const stranger = await kinds.gateway.signUp();
  const { id } = await sent();
  const answers = [
    await stranger.api('POST', `/api/messages/${id}/edit`, { text: 'mine' }),
    await stranger.api('DELETE', `/api/messages/${id}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  expect(await rowOf(id)).toMatchObject({ content: { text: 'first' }, deleted_at: null });
});

test('received messages are marked as read, by our ids or by those of WhatsApp; unknown ones are refused', async () => {
  const token = kinds.number.token;
  const from = '5511555555555';
  const [first, second] = [
    await receiveText(kinds, kinds.number, from, 'one'),
    await receiveText(kinds, kinds.number, from, 'two'),
  ];
  const { id } = await kinds.gateway.database.db
    .selectFrom('messages')
    .select('id')
    .where('whatsapp_id', '=', first)
    .executeTakeFirstOrThrow();
  const { answer, calls } = await during(() =>
    api('POST', '/api/messages/mark-read', { token, message_ids: [id, second, second] }),
  );
  expect(answer).toMatchObject({ status: 200, body: { marked: 2 } });
  const refs = [first, second].map((each) => ({ id: each, remoteJid: `${from}@s.whatsapp.net`, fromMe: false }));
  expect(calls).toEqual([{ url: '/chat/markMessageAsRead', body: { readMessages: expect.arrayContaining(refs) } }]);
  const { id: own } = await sent();
  for (const message_ids of [[id, own], [id, 'nonsense'], ['01900000-0000-7000-8000-000000000000']]) {
    const refused = await during(() => api('POST', '/api/messages/mark-read', { token, message_ids }));
    expect([refused.answer.status, refused.calls]).toEqual([404, []]);
  }
  const elsewhere = { token: kinds.lines.EVOLUTION.token, message_ids: [id] };
  expect((await api('POST', '/api/messages/mark-read', elsewhere)).status).toBe(422);
});

test('a presence is shown for as long as asked, one at a time per phone number', async () => {
  const number = newRecipient();
  const show = (duration_ms: number) =>
    api('POST', '/api/messages/presence', { token: kinds.number.token, number, state: 'composing', duration_ms });
  const { answer, calls } = await during(() => show(20));
  expect(answer).toMatchObject({ status: 200, body: { success: true } });
  expect(calls).toEqual([{ url: '/chat/sendPresence', body: { number, delay: 20, presence: 'composing' } }]);
  const long = show(700);
  await vi.waitFor(async () =>
    expect(await show(1)).toMatchObject({ status: 409, body: { code: 'presence_under_way' } }),
  );
  expect((await long).status).toBe(200);
  expect((await show(1)).status).toBe(200);
  expect((await show(20_001)).status).toBe(400);
});

test.each(['hang', 'hang-after', 'reset-before', 'reset-after'] as const)(
  'what a backend got and did not answer (%s) is an unknown outcome, and may be asked for again',
  async (kind) => {
    const [edited, deleted] = [await sent(), await sent()];
    const { token } = kinds.number;
    const received = await receiveText(kinds, kinds.number, '5511777777777', kind);
    const actions = [
      () => edit(edited.id),
      () => remove(deleted.id),
      () => api('POST', '/api/messages/mark-read', { token, message_ids: [received] }),
      () =>
        api('POST', '/api/messages/presence', { token, number: newRecipient(), state: 'composing', duration_ms: 1 }),
      () => api('POST', '/api/messages/check-numbers', { token, numbers: [newRecipient()] }),
    ];
    const [sandbox] = kinds.gateway.sandboxes;
    sandbox?.control.setKnobs({
      failures: ['POST /chat/', 'DELETE /chat/'].map((route) => ({ route, probability: 1, kind })),
    });
    const answers = await Promise.all(actions.map((act) => act()));
    sandbox?.control.setKnobs({ failures: [] });
    for (const answer of answers) expect(answer).toMatchObject({ status: 504, body: { code: 'outcome_unknown' } });
    expect(await rowOf(edited.id)).toMatchObject({ content: { text: 'first' }, edited_at: null });
    for (const act of actions) expect((await act()).status).toBe(200);
  },
);

test('what a backend that is away was never asked for is answered 503', async () => {
  const sender = await startSender();
  const { body } = await sender.sendText();
  await Promise.all(sender.gateway.sandboxes.map((sandbox) => sandbox.close()));
  const answer = await sender.user.api('POST', `/api/messages/${body.message_id}/edit`, { text: 'changed' });
  expect(answer).toMatchObject({ status: 503, body: { code: 'backend_unavailable' } });
  await sender.gateway.close();
});

test('only numbers with a phone of their own do any of it', async () => {
  for (const line of ['EVOLUTION', 'WHATSAPP-BUSINESS'] as const) {
    const { token } = kinds.lines[line];
    const { body } = await api('POST', '/api/messages/send-text', { token, number: newRecipient(), text: 'hi' });
    for (const call of [
      () => edit(body.message_id),
      () => remove(body.message_id),
      () => api('POST', '/api/messages/presence', { token, number: newRecipient(), state: 'composing' }),
      () => api('POST', '/api/messages/check-numbers', { token, numbers: ['628123456789'] }),
      () => api('POST', '/api/messages/mark-read', { token, message_ids: ['x'] }),
    ]) {
      const { answer, calls } = await during(call);
      expect([answer.status, answer.body.code, calls]).toEqual([422, 'action_not_supported', []]);
    }
  }
});

test('a number that is offline does none of it, and the backend is not called', async () => {
  const number = await kinds.gateway.connectNumber(kinds.user);
  const answer = await api('POST', '/api/messages/send-text', {
    token: number.token,
    number: newRecipient(),
    text: 'hi',
  });
  await kinds.gateway.database.db
    .updateTable('phone_numbers')
    .set({ status: 'disconnected' })
    .where('id', '=', number.id)
    .execute();
  const refused = await during(() => edit(answer.body.message_id));
  expect([refused.answer.status, refused.answer.body.code, refused.calls]).toEqual([409, 'number_not_connected', []]);
});
