import { afterEach, expect, test } from 'vitest';
import { createMailTransport, MailFailure } from '../../../src/modules/users/mail-transport.ts';
import { type MailServerUnderTest, startMailServer } from './mail-support.ts';

let server: MailServerUnderTest;
afterEach(() => server.close());

const from = { name: 'Evofleet', address: 'no-reply@example.com' };
const mail = {
  id: '0190f5d0-0000-7000-8000-000000000001',
  to: 'user@example.com',
  text: { subject: 'Grüße', lines: ['Größe'], link: { words: 'Open', url: 'https://gateway.example/?a=1&b=2' } },
};

const failureOf = (sent: Promise<void>): Promise<unknown> =>
  sent.then(
    () => 'sent',
    (error: unknown) => error,
  );

test('a mail carries its id, both forms of its text, and its sender', async () => {
  server = await startMailServer();
  await createMailTransport({ smtpUrl: server.url, from }).send(mail);
  const [taken] = server.mails;
  expect(taken?.headers).toContain('Message-ID: <0190f5d0-0000-7000-8000-000000000001@example.com>');
  expect(taken?.headers).toContain('From: Evofleet <no-reply@example.com>');
  expect(taken?.body).toContain('Open: https://gateway.example/?a=1&b=2');
  expect(taken?.body).toContain('href="https://gateway.example/?a=1&amp;b=2"');
  expect(taken?.body).toContain('Größe');
});

test('the log-in of the URL is used; where it is refused, trying again makes sense, and no secret is told', async () => {
  server = await startMailServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'mailer' && password === 'p@ss:/' ? done(null, { user: username }) : done(new Error('no')),
  });
  const send = (password: string) => {
    const smtpUrl = server.url.replace('://', `://mailer:${encodeURIComponent(password)}@`);
    return failureOf(createMailTransport({ smtpUrl, from }).send(mail));
  };
  expect(await send('p@ss:/')).toBe('sent');
  const failure = await send('wrong-password');
  expect(failure).toBeInstanceOf(MailFailure);
  expect(failure).toMatchObject({ isFinal: false, code: 'EAUTH 535' });
  expect(String(failure)).not.toContain('wrong-password');
});

test.each([
  [450, false],
  [550, true],
])('a recipient refused with %i is refused for good: %s', async (status, isFinal) => {
  server = await startMailServer();
  server.refuse(1, status);
  const failure = await failureOf(createMailTransport({ smtpUrl: server.url, from }).send(mail));
  expect(failure).toMatchObject({ isFinal, code: `EENVELOPE ${status}` });
  expect(String(failure)).not.toContain('@');
});

test('a server that hangs up or is not there is asked again later', async () => {
  server = await startMailServer();
  server.hangUp(true);
  expect(await failureOf(createMailTransport({ smtpUrl: server.url, from }).send(mail))).toMatchObject({
    isFinal: false,
  });
  const gone = { smtpUrl: 'smtp://127.0.0.1:1', from };
  expect(await failureOf(createMailTransport(gone).send(mail))).toMatchObject({ isFinal: false, code: 'ESOCKET' });
});
