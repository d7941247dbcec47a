import type { createSettingsReader } from './settings.ts';

export type MailServer = { smtpUrl: string; from: { name: string; address: string } };

const mailbox = /^(?:([^<>"\r\n]{0,100}?)\s*<)?([^\s<>@,;"]+@[^\s<>@,;"]+)>?$/;

/** The mail server of SMTP_URL and the sender of MAIL_FROM; undefined where neither is set. */
export function readMailServer(read: ReturnType<typeof createSettingsReader>): MailServer | undefined {
  const smtpUrl = read.url('SMTP_URL', ['smtp:', 'smtps:']);
  const from = read.text('MAIL_FROM');
  if (smtpUrl === undefined) {
    if (from !== undefined && read.text('SMTP_URL') === undefined)
      read.problem('SMTP_URL', 'is required with MAIL_FROM');
    return undefined;
  }
  const [, name = '', address] = mailbox.exec(from ?? '') ?? [];
  if (address !== undefined) return { smtpUrl, from: { name, address } };
  read.problem('MAIL_FROM', 'is required with SMTP_URL: an address such as Evofleet <no-reply@example.com>');
  return undefined;
}
