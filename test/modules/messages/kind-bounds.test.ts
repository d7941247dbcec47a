import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Kinds, startKinds } from './kinds-support.ts';
import { newRecipient } from './support.ts';

let kinds: Kinds;
beforeAll(async () => {
  kinds = await startKinds();
});
afterAll(() => kinds.gateway.close());

const send = (kind: string, body: Record<string, unknown>) =>
  kinds.send('WHATSAPP-BAILEYS', kind, {
    ...(['reaction', 'status'].includes(kind) ? {} : { number: newRecipient() }),
    ...body,
  });

const rows = (count: number, id = (i: number) => `${i}`) =>
  Array.from({ length: count }, (_, i) => ({ id: id(i), title: `r${i}` }));
const list = { title: 't', button_text: 'b', sections: [{ title: 's', rows: rows(1) }] };
const reply = (id: string) => ({ type: 'reply', text: 'Yes', id });
const pix = { type: 'pix', currency: 'BRL', name: 'n', key_type: 'random', key: 'k' };
const card = { full_name: 'A', phone_number: '5511888888888' };
const message_id = '01900000-0000-7000-8000-000000000000';

test.each<[string, string, Record<string, unknown>]>([
  ['location', 'north of the pole', { latitude: 90.1, longitude: 0 }],
  ['location', 'west of the date line', { latitude: 0, longitude: -180.5 }],
  ['location', 'text for a number', { latitude: '1', longitude: 2 }],
  ['location', 'without a longitude', { latitude: 1 }],
  ['location', 'a long name', { latitude: 1, longitude: 2, name: 'x'.repeat(201) }],
  ['location', 'a name of two lines', { latitude: 1, longitude: 2, name: 'a\nb' }],
  ['location', 'an unknown field', { latitude: 1, longitude: 2, zoom: 3 }],
  ['contact', 'no card', { contacts: [] }],
  ['contact', '21 cards', { contacts: Array.from({ length: 21 }, (_, i) => ({ ...card, full_name: `A ${i}` })) }],
  ['contact', 'a card twice', { contacts: [card, card] }],
  ['contact', 'a number too short for a server', { contacts: [{ ...card, phone_number: '123456789' }] }],
  ['contact', 'a blank name', { contacts: [{ ...card, full_name: '  ' }] }],
  ['contact', 'an e-mail address that is none', { contacts: [{ ...card, email: 'a b@c' }] }],
  ['contact', 'a URL that is none', { contacts: [{ ...card, url: 'javascript:alert(1)' }] }],
  ['contact', 'an option no server sends with it', { contacts: [card], quoted: message_id }],
  ['reaction', 'a word', { message_id, emoji: 'ok' }],
  ['reaction', 'a digit', { message_id, emoji: '1' }],
  ['reaction', 'two emoji', { message_id, emoji: '👍👍' }],
  ['reaction', 'a delay', { message_id, emoji: '👍', delay: 5 }],
  ['reaction', 'a number', { message_id, emoji: '👍', number: '628123456789' }],
  ['poll', 'one option', { question: 'q', options: ['a'] }],
  ['poll', '11 options', { question: 'q', options: Array.from({ length: 11 }, (_, i) => `${i}`) }],
  ['poll', 'an option twice', { question: 'q', options: ['a', 'a'] }],
  ['poll', 'more choices than options', { question: 'q', options: ['a', 'b'], selectable_count: 3 }],
  ['poll', 'no choice', { question: 'q', options: ['a', 'b'], selectable_count: 0 }],
  ['poll', 'a blank question', { question: ' ', options: ['a', 'b'] }],
  ['list', 'no section', { ...list, sections: [] }],
  [
    'list',
    '11 rows in all',
    {
      ...list,
      sections: [
        { title: 's', rows: rows(6) },
        { title: 't', rows: rows(5, (i) => `b${i}`) },
      ],
    },
  ],
  ['list', 'an id twice', { ...list, sections: [{ title: 's', rows: rows(2, () => 'same') }] }],
  ['list', 'a long button', { ...list, button_text: 'x'.repeat(21) }],
  ['buttons', 'none', { title: 't', buttons: [] }],
  ['buttons', 'four', { title: 't', buttons: ['1', '2', '3', '4'].map(reply) }],
  ['buttons', 'an id twice', { title: 't', buttons: [reply('1'), reply('1')] }],
  [
    'buttons',
    'reply buttons beside others',
    { title: 't', buttons: [reply('1'), { type: 'copy', text: 'c', code: 'x' }] },
  ],
  ['buttons', 'pix beside others', { title: 't', buttons: [pix, { type: 'copy', text: 'c', code: 'x' }] }],
  ['buttons', 'a URL that is none', { title: 't', buttons: [{ type: 'url', text: 'u', url: 'ftp://x' }] }],
  ['buttons', 'an unknown type', { title: 't', buttons: [{ type: 'magic', text: 'u' }] }],
  ['buttons', 'a field of another type', { title: 't', buttons: [{ ...reply('1'), url: 'https://example.com' }] }],
  ['template', 'a name with capitals', { name: 'Hello', language: 'en_US' }],
  ['template', 'a language that is none', { name: 'hello', language: 'english!' }],
  ['template', 'components as text', { name: 'hello', language: 'en', components: 'body' }],
  ['template', 'components of 33 KiB', { name: 'hello', language: 'en', components: [{ text: 'x'.repeat(33_000) }] }],
  ['status', 'text without text', { type: 'text' }],
  ['status', 'a medium for text', { type: 'text', text: 'x', mediaBase64: 'aGk=' }],
  ['status', 'text for an image', { type: 'image', text: 'x', mediaBase64: 'aGk=' }],
  ['status', 'a caption for audio', { type: 'audio', caption: 'x', mediaBase64: 'aGk=' }],
  ['status', 'a colour that is none', { type: 'text', text: 'x', background_color: 'red' }],
  ['status', 'font 0', { type: 'text', text: 'x', font: 0 }],
  ['status', 'an empty audience', { type: 'text', text: 'x', audience: [] }],
  ['status', 'a mention', { type: 'text', text: 'x', mentions: ['628111111111'] }],
  ['sticker', 'a file that is no file', { file: 'abc' }],
])('%s: %s is 400', async (kind, _what, body) => {
  const { answer, calls, units } = await kinds.during(() => send(kind, body));
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  expect(answer.body.detail).toMatch(/^body/);
  expect([calls, units]).toEqual([[], 0]);
});

test.each<[string, string]>([
  ['voice', 'image/png'],
  ['ptv', 'video/webm'],
  ['sticker', 'image/gif'],
])('%s of the type %s is 400 invalid_media, as are two media and none', async (kind, type) => {
  for (const body of [
    { mediaBase64: `data:${type};base64,aGk=` },
    { mediaBase64: 'aGk=', mediaUrl: 'https://example.com/x' },
    {},
  ]) {
    const { answer, calls } = await kinds.during(() => send(kind, body));
    expect([answer.status, answer.body.code, calls]).toEqual([400, 'invalid_media', []]);
  }
});

test('what lies on the bounds is taken', async () => {
  for (const [kind, body] of [
    ['location', { latitude: -90, longitude: 180 }],
    ['contact', { contacts: Array.from({ length: 20 }, (_, i) => ({ ...card, full_name: `A ${i}` })) }],
    [
      'poll',
      { question: 'x'.repeat(255), options: Array.from({ length: 10 }, (_, i) => `${i}`), selectable_count: 10 },
    ],
    ['buttons', { title: 't', buttons: ['1', '2', '3'].map(reply) }],
    ['buttons', { title: 't', buttons: [pix] }],
    ['sticker', { mediaBase64: 'data:image/webp;base64,aGk=' }],
    ['voice', { mediaBase64: 'data:audio/mpeg;base64,aGk=' }],
    ['ptv', { mediaBase64: 'data:video/mp4;base64,aGk=' }],
  ] as [string, Record<string, unknown>][]) {
    const answer = await send(kind, body);
    expect([kind, answer.status, answer.body.detail]).toEqual([kind, 200, undefined]);
  }
});
