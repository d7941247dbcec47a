import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export type TakenMail = { from: string; to: string[]; raw: string; headers: string; body: string };

export type MailServerUnderTest = {
  url: string;
  mails: TakenMail[];
  /** The next that many recipients are answered so. */
  refuse(times: number, status: number): void;
  /** Closes connections instead of talking. */
  hangUp(isOn: boolean): void;
  close(): Promise<void>;
};

/** A real SMTP server on loopback that keeps what it takes. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServerUnderTest> {
  const mails: TakenMail[] = [];
  let refusals = { times: 0, status: 0 };
  let hangsUp = false;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onConnect: (_session, done) => done(hangsUp ? Object.assign(new Error('Not now'), { responseCode: 421 }) : null),
    onRcptTo(_address, _session, done) {
      if (refusals.times === 0) return done();
      refusals = { ...refusals, times: refusals.times - 1 };
      return done(Object.assign(new Error('not this one <secret@example.com>'), { responseCode: refusals.status }));
    },
    onData(stream, session, done) {
      text(stream).then((raw) => {
        const { mailFrom, rcptTo } = session.envelope;
        const end = raw.indexOf('\r\n\r\n');
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw,
          headers: raw.slice(0, end),
          body: decodeQuotedPrintable(raw.slice(end)),
        });
        done();
      }, done);
    },
    ...options,
  });
  server.on('error', () => {});
  const listening = once(server.server, 'listening');
  server.listen(0, '127.0.0.1');
  await listening;
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse(times, status) {
      refusals = { times, status };
    },
    hangUp(isOn) {
      hangsUp = isOn;
    },
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

function decodeQuotedPrintable(raw: string): string {
  return raw
    .replace(/=\r\n/g, '')
    .replace(/(?:=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('=', ''), 'hex').toString('utf8'));
}
