import { expect, test } from 'vitest';
import { readMailServer } from '../../src/platform/mail-settings.ts';
import { createSettingsReader } from '../../src/platform/settings.ts';

function read(env: Record<string, string>) {
  const reader = createSettingsReader(env);
  return { server: readMailServer(reader), problems: reader.problems };
}

const smtpUrl = 'smtp://user:p%40ss@mail.example.com:587';

test.each([
  ['Evofleet <no-reply@example.com>', { name: 'Evofleet', address: 'no-reply@example.com' }],
  ['<no-reply@example.com>', { name: '', address: 'no-reply@example.com' }],
  ['no-reply@example.com', { name: '', address: 'no-reply@example.com' }],
])('%s is a sender', (from, parsed) => {
  expect(read({ SMTP_URL: smtpUrl, MAIL_FROM: from })).toEqual({ server: { smtpUrl, from: parsed }, problems: [] });
});

test.each(['', 'Evofleet', 'a@b@c', 'A <a@b>, B <b@c>', 'x\r\nBcc: <a@b>', '"A" <a@b>'])('%j is none', (from) => {
  const { server, problems } = read({ SMTP_URL: smtpUrl, MAIL_FROM: from });
  expect(server).toBeUndefined();
  expect(problems).toEqual([expect.stringMatching(/^MAIL_FROM: /)]);
});

test('without a mail server there is none, and a sender alone is a mistake', () => {
  expect(read({})).toEqual({ server: undefined, problems: [] });
  expect(read({ MAIL_FROM: 'a@example.com' }).problems).toEqual(['SMTP_URL: is required with MAIL_FROM']);
  expect(read({ SMTP_URL: 'http://mail.example.com', MAIL_FROM: 'a@example.com' }).problems).toHaveLength(1);
});
