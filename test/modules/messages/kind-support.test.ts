import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireKindSupport } from '../../../src/modules/messages/drafts/kind-support.ts';
import { type Kinds, type Line, startKinds } from './kinds-support.ts';
import { newRecipient } from './support.ts';

let kinds: Kinds;
let target: string;
beforeAll(async () => {
  kinds = await startKinds();
  target = (await kinds.sendText()).body.message_id;
});
afterAll(() => kinds.gateway.close());

const bodies: Record<string, Record<string, unknown>> = {
  media: { mediaType: 'image', mediaBase64: 'aGk=' },
  voice: { mediaBase64: 'aGk=' },
  ptv: { mediaBase64: 'aGk=' },
  sticker: { mediaBase64: 'aGk=' },
  location: { latitude: 1, longitude: 2 },
  contact: { contacts: [{ full_name: 'A', phone_number: '5511888888888' }] },
  poll: { question: 'q', options: ['a', 'b'] },
  list: { title: 't', button_text: 'b', sections: [{ title: 's', rows: [{ id: '1', title: 'r' }] }] },
  buttons: { title: 't', buttons: [{ type: 'reply', text: 'Yes', id: '1' }] },
  template: { name: 'hello_world', language: 'en_US' },
  status: { type: 'text', text: 'hi', audience: ['5511888888888'] },
};

const bodyOf = (kind: string) => (kind === 'status' ? bodies[kind] : { number: newRecipient(), ...bodies[kind] }) ?? {};

const refused: [Line, string, RegExp][] = [
  ['WHATSAPP-BAILEYS', 'list', /fail on every Evolution API server/],
  ['WHATSAPP-BAILEYS', 'template', /WHATSAPP-BAILEYS cannot send the kind template/],
  ['WHATSAPP-BUSINESS', 'ptv', /WHATSAPP-BUSINESS cannot send the kind ptv/],
  ['WHATSAPP-BUSINESS', 'sticker', /cannot send the kind sticker/],
  ['WHATSAPP-BUSINESS', 'poll', /cannot send the kind poll/],
  ['WHATSAPP-BUSINESS', 'status', /cannot send the kind status/],
  ['EVOLUTION', 'ptv', /EVOLUTION cannot send the kind ptv/],
  ['EVOLUTION', 'sticker', /cannot send the kind sticker/],
  ['EVOLUTION', 'location', /cannot send the kind location/],
  ['EVOLUTION', 'contact', /cannot send the kind contact/],
  ['EVOLUTION', 'poll', /cannot send the kind poll/],
  ['EVOLUTION', 'list', /cannot send the kind list/],
  ['EVOLUTION', 'template', /cannot send the kind template/],
  ['EVOLUTION', 'status', /cannot send the kind status/],
];

test.each(refused)('%s refuses %s with 422, without a unit, a row or a call', async (line, kind, why) => {
  const body = bodyOf(kind);
  for (const more of [{}, { async: true }]) {
    const { answer, calls, units } = await kinds.during(() => kinds.send(line, kind, { ...body, ...more }));
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'kind_not_supported', detail: expect.stringMatching(why) },
    });
    expect([calls, units]).toEqual([[], 0]);
  }
  const { body: list } = await kinds.user.api('GET', `/api/messages?kind=${kind}`);
  const rows = list.messages.filter(
    (message: { phone_number_id: number }) => message.phone_number_id === kinds.lines[line].id,
  );
  expect(rows).toEqual([]);
});

test('EVOLUTION refuses reactions, whatever the message', async () => {
  const { db } = kinds.gateway.database;
  const sent = await kinds.user.api('POST', '/api/messages/send-text', {
    token: kinds.lines.EVOLUTION.token,
    number: newRecipient(),
    text: 'hi',
  });
  const body = { message_id: sent.body.message_id, emoji: '👍' };
  const { answer, calls } = await kinds.during(() => kinds.send('EVOLUTION', 'reaction', body));
  expect([answer.status, answer.body.code, calls]).toEqual([422, 'kind_not_supported', []]);
  expect(await db.selectFrom('messages').select('id').where('kind', '=', 'reaction').execute()).toEqual([]);
  expect((await kinds.send('WHATSAPP-BAILEYS', 'reaction', { ...body, message_id: target })).status).toBe(200);
});

test('the official channel sends reply buttons only', () => {
  const content = (type: string) => ({ buttons: [{ type, text: 'x' }] });
  expect(() => requireKindSupport({ kind: 'buttons', content: content('reply') }, 'WHATSAPP-BUSINESS')).not.toThrow();
  expect(() => requireKindSupport({ kind: 'buttons', content: content('url') }, 'WHATSAPP-BUSINESS')).toThrow(
    'reply buttons only',
  );
  expect(() => requireKindSupport({ kind: 'buttons', content: content('url') }, 'WHATSAPP-BAILEYS')).not.toThrow();
});

test('all else is taken by the line that can', async () => {
  const lines = Object.keys(kinds.lines) as Line[];
  const pairs = lines.flatMap((line) => Object.keys(bodies).map((kind) => [line, kind] as const));
  const taken = pairs.filter(([line, kind]) => !refused.some(([l, k]) => l === line && k === kind));
  expect(taken).toHaveLength(pairs.length - refused.length);
  for (const [line, kind] of taken) {
    const answer = await kinds.send(line, kind, bodyOf(kind));
    expect([line, kind, answer.status]).toEqual([line, kind, 200]);
  }
});
