import { createTransport } from 'nodemailer';
import type { MailServer } from '../../platform/mail-settings.ts';
import { htmlOf, type MailText, plainTextOf } from './mail-texts.ts';

export type MailTransport = {
  /** Resolves when the server has taken it. Throws a MailFailure. */
  send(mail: { id: string; to: string; text: MailText }): Promise<void>;
};

export class MailFailure extends Error {
  override readonly name = 'MailFailure';
  /** Trying again is of no use. */
  readonly isFinal: boolean;
  /** What may be logged: never the server's words, which repeat addresses. */
  readonly code: string;

  constructor(code: string, isFinal: boolean) {
    super(`The mail was not taken: ${code}.`);
    this.code = code;
    this.isFinal = isFinal;
  }
}

const answerMs = 10_000;
const wholeMs = 60_000;

/** Sends one mail per connection, by STARTTLS where the server offers it. */
export function createMailTransport({ smtpUrl, from }: MailServer): MailTransport {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: answerMs,
    greetingTimeout: answerMs,
    socketTimeout: 2 * answerMs,
    dnsTimeout: answerMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.address.split('@')[1] ?? 'localhost';
  return {
    async send({ id, to, text }) {
      const { promise: tooLong, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(() => reject(new MailFailure('ETIMEDOUT', false)), wholeMs);
      const sent = transport.sendMail({
        // The same on every try, so that whoever gets it twice can tell.
        messageId: `<${id}@${domain}>`,
        from,
        to: { name: '', address: to },
        subject: text.subject,
        text: plainTextOf(text),
        html: htmlOf(text),
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      try {
        await Promise.race([sent, tooLong]);
      } catch (error) {
        throw toFailure(error);
      } finally {
        clearTimeout(timer);
        sent.catch(() => undefined);
      }
    },
  };
}

function toFailure(error: unknown): MailFailure {
  if (error instanceof MailFailure) return error;
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const status = typeof responseCode === 'number' ? responseCode : 0;
  const name = typeof code === 'string' ? code : 'UNKNOWN';
  // Refused for good is an address or a text; a refused log-in is mended in the settings.
  const isFinal = ['EENVELOPE', 'EMESSAGE'].includes(name) && status >= 500 && status < 600;
  return new MailFailure(status === 0 ? name : `${name} ${status}`, isFinal);
}
