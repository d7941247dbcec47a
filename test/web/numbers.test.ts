import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { everyDay } from '../../web/src/pages/home/every-day.ts';
import { firstStepsOf } from '../../web/src/pages/home/first-steps.ts';
import { digitsOf, momentHere, nameOf, searchOfNumbers } from '../../web/src/pages/numbers/number.ts';
import { aliasFault, changeOf, settingValuesOf, urlFault } from '../../web/src/pages/numbers/number-form.ts';
import { explainedReasons, helpOf } from '../../web/src/pages/numbers/state-help.ts';

const still = {
  status: 'disconnected',
  status_reason: null,
  rests_until: null,
  qr_code: null,
  pairing_code: null,
} as const;

describe('what helps a number', () => {
  test.each([
    ['qr_expired', 'scan'],
    ['logged_out', 'scan'],
    ['needs_scan', 'scan'],
    ['qr_timeout', 'recreate'],
    ['missing_on_backend', 'recreate'],
    ['connect_timeout', 'restart'],
    ['connection_closed', 'reconnect'],
    ['restarting', 'wait'],
  ])('%s: %s', (status_reason, remedy) => {
    expect(helpOf({ ...still, status_reason })).toMatchObject({ text: status_reason, remedy });
  });

  test('nothing is explained where it is connected or shows a code, unless it rests', () => {
    expect(helpOf({ ...still, status: 'connected' })).toBeUndefined();
    expect(helpOf({ ...still, status: 'qr_ready', qr_code: 'data:image/png;base64,AA==' })).toBeUndefined();
    const resting = { ...still, status: 'connected', rests_until: '2026-01-01T00:00:00Z' } as const;
    expect(helpOf(resting)).toMatchObject({ text: 'resting' });
  });

  test('a reason that is not known yet is shown as it is, with a way to try again', () => {
    expect(helpOf({ ...still, status_reason: 'something_new' })).toEqual({
      text: 'unknown',
      remedy: 'reconnect',
      isTrouble: true,
    });
    expect(helpOf({ ...still, status_reason: 'constructor' })?.text).toBe('unknown');
  });

  test('every state that is explained has its words', async () => {
    const texts = JSON.parse(await readFile('web/src/i18n/en/numbers.json', 'utf8'));
    expect(Object.keys(texts.help).sort()).toEqual([...explainedReasons].sort());
    for (const reason of explainedReasons) {
      expect(texts.help[reason]).toEqual({ title: expect.any(String), text: expect.any(String) });
    }
  });
});

test.each([
  ['+62 (812) 3456-7890', '6281234567890'],
  ['0062 812 3456 7890', '6281234567890'],
  ['\u200e+55 11 98888.7777', '5511988887777'],
  ['٩٦٦٥٠١٢٣٤٥٦٧', '966501234567'],
  ['+۹۸۹۱۲۳۴۵۶۷۸۹', '989123456789'],
  ['081234567890', undefined],
  ['1234567', undefined],
  ['1234567890123456', undefined],
  ['62812x345678', undefined],
])('the phone number %s is %s', (typed, digits) => expect(digitsOf(typed)).toBe(digits));

test("a code's end follows the server's clock, however this device's is set", () => {
  const end = '2026-01-01T00:00:40.000Z';
  const date = 'Thu, 01 Jan 2026 00:00:00 GMT';
  const server = Date.parse(date);
  for (const ahead of [0, 1_500, 600_000, -600_000]) {
    const left = momentHere(end, date, server + ahead) - (server + ahead);
    expect(Math.abs(left - 40_000), `${ahead} ms ahead`).toBeLessThan(2_000);
  }
  expect(momentHere(end, null, server)).toBe(Date.parse(end));
  expect(momentHere(end, 'nonsense', server)).toBe(Date.parse(end));
});

test('a number goes by the first of its names that it has', () => {
  const all = { display_name: 'Shop', alias: 'shop', phone_number: '6281', instance_name: 'user_1_2_ab' };
  expect(nameOf(all)).toBe('Shop');
  expect(nameOf({ ...all, display_name: null })).toBe('shop');
  expect(nameOf({ ...all, display_name: null, alias: null })).toBe('+6281');
  expect(nameOf({ ...all, display_name: null, alias: null, phone_number: null })).toBe('user_1_2_ab');
});

test('a link to the list asks for a state that there is, or for none', () => {
  expect(searchOfNumbers({ status: 'error', other: 1 })).toEqual({ status: 'error' });
  expect(searchOfNumbers({ status: 'gone' })).toEqual({});
});

test('the form sends what was changed and nothing else; emptied fields are taken away', () => {
  const number = {
    display_name: 'Shop',
    alias: null,
    webhook_url: 'https://example.com/a',
    send_interval_ms: 2_500,
    send_jitter_ms: null,
    daily_cap: 100,
  };
  const values = settingValuesOf(number);
  expect(changeOf(number, values)).toEqual({});
  expect(changeOf(number, { ...values, display_name: '  ', interval: 0.1, jitter: 1.234, daily_cap: '' })).toEqual({
    display_name: null,
    send_interval_ms: 100,
    send_jitter_ms: 1_234,
    daily_cap: null,
  });
  expect(changeOf(number, { ...values, interval: '', webhook_url: '' })).toEqual({
    send_interval_ms: null,
    webhook_url: null,
  });
});

test('names of our own form and addresses that are none are found before they are sent', () => {
  expect(['user_1_x', ' user_12_'].map(aliasFault)).toEqual([true, true]);
  expect(['user', 'user_a_1', ''].map(aliasFault)).toEqual([false, false, false]);
  expect(['nonsense', 'ftp://a.example', 'javascript:1'].map(urlFault)).toEqual([true, true, true]);
  expect(['', 'http://localhost:1/x', ' https://a.example '].map(urlFault)).toEqual([false, false, false]);
});

test('a month has all of its days, over the end of a month and of a year', () => {
  const figures = { messages_sent: 3, messages_received: 2, messages_failed: 1 };
  const days = everyDay({
    start_date: '2025-12-30',
    end_date: '2026-01-02',
    daily: [{ date: '2026-01-01', ...figures }],
  });
  expect(days.map(({ date }) => date)).toEqual(['2025-12-30', '2025-12-31', '2026-01-01', '2026-01-02']);
  expect(days[2]).toEqual({ date: '2026-01-01', ...figures });
  expect(days[0]).toMatchObject({ messages_sent: 0, messages_received: 0, messages_failed: 0 });
});

test('the first steps tick themselves, and go on with a number that was made and left', () => {
  const nobody = { messages_sent_30_days: 0, phone_numbers_by_status: { connected: 0 }, phone_numbers: [] };
  const done = (...of: Parameters<typeof firstStepsOf>) => firstStepsOf(...of).map(({ isDone }) => isDone);
  expect(done(nobody, false)).toEqual([false, false, false]);
  expect(firstStepsOf(nobody, false)[0]?.to).toBe('/numbers/new');
  const left = { ...nobody, phone_numbers: [{ id: 7, status: 'disconnected' }] };
  expect(firstStepsOf(left, false)[0]?.to).toBe('/numbers/7');
  expect(done({ ...left, phone_numbers_by_status: { connected: 1 } }, false)).toEqual([true, false, false]);
  expect(done({ ...left, messages_sent_30_days: 1 }, true)).toEqual([true, true, true]);
});
