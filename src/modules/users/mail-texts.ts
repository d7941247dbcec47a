/** What a mail says. Subject and lines are plain text of one line each. */
export type MailText = { subject: string; lines: string[]; link: { words: string; url: string } };

type Facts = Record<string, unknown>;

const wordLengthMax = 200;
const alertsShownMax = 5;

/** The text about an event, in a user's words. */
export function textOfEvent(kind: string, payload: Facts, at: string, serverUrl: string): MailText {
  const link = { words: 'Open Evofleet', url: serverUrl };
  const when = `It happened at ${timeOf(at)} (UTC).`;
  switch (kind) {
    case 'endpoint.disabled':
      return {
        subject: 'A webhook endpoint was disabled',
        lines: [
          `Your webhook endpoint ${hostOf(payload.url)} was disabled: ${whyDisabled(payload.reason)}`,
          'Events are not sent there until you enable it again. What happens meanwhile can be replayed afterwards.',
          when,
        ],
        link,
      };
    case 'number.disconnected':
      return {
        subject: `A phone number was disconnected: ${nameOf(payload)}`,
        lines: [
          `Your phone number ${nameOf(payload)} is no longer connected to WhatsApp. ${whyDisconnected(payload.status_reason)}`,
          'Nothing can be sent with it until it is connected again.',
          `${when} You get at most one such mail an hour for each number.`,
        ],
        link,
      };
    case 'quota.threshold':
      return {
        subject: `${word(payload.percent)} % of today's messages are used`,
        lines: [
          `You have used ${word(payload.used)} of the ${word(payload.max_messages_per_day)} messages that your plan allows on ${word(payload.day)} (UTC).`,
          'When they are used up, further messages are refused until the next day begins at 00:00 UTC.',
          when,
        ],
        link,
      };
    default:
      throw new Error(`There is no text for mails of the kind "${kind}".`);
  }
}

/** The text about alerts of one matter, the latest first. */
export function textOfAlerts(alerts: readonly { payload: Facts; at: string }[], serverUrl: string): MailText {
  const [latest] = alerts;
  const shown = alerts.slice(0, alertsShownMax);
  const cure = word(latest?.payload.cure);
  const more = alerts.length - shown.length;
  return {
    subject: `${alerts.length > 1 ? `${alerts.length} alerts of the fleet` : 'Alert of the fleet'}: ${word(latest?.payload.text)}`,
    lines: [
      ...shown.map(({ payload, at }) => `${timeOf(at)} (UTC), ${word(payload.severity)}: ${word(payload.text)}`),
      ...(more > 0 ? [`And ${more} more before these.`] : []),
      ...(cure === '' ? [] : [cure]),
      'You get at most one such mail in 15 minutes for each kind and backend.',
    ],
    link: { words: 'Open Evofleet', url: serverUrl },
  };
}

/** The text with the link that lets somebody choose a new password. */
export function textOfPasswordReset(url: string): MailText {
  return {
    subject: 'Choose a new password',
    lines: [
      'Somebody, probably you, asked to reset the password of your Evofleet login.',
      'The link below lets you choose a new one. It works once, within one hour, and ends all sessions.',
      'If it was not you, do nothing: your password stays as it is.',
    ],
    link: { words: 'Choose a new password', url },
  };
}

export function plainTextOf({ lines, link }: MailText): string {
  return [...lines, `${link.words}: ${link.url}`].join('\n\n');
}

export function htmlOf({ lines, link }: MailText): string {
  const paragraphs = lines.map((line) => `<p>${escapeHtml(line)}</p>`);
  return `<!doctype html><html lang="en"><body>${paragraphs.join('')}<p><a href="${escapeHtml(link.url)}">${escapeHtml(link.words)}</a></p></body></html>`;
}

function timeOf(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

// A URL may carry secrets in its path and query: the host is enough to know which one it is.
function hostOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? `at ${new URL(url).host}` : '';
}

function whyDisabled(reason: unknown): string {
  if (reason === 'gone') return 'it answered that it is gone (410).';
  if (reason === 'only_failures') return 'it has answered with nothing but failures for 120 hours.';
  return 'its receiver cannot be reached.';
}

function whyDisconnected(reason: unknown): string {
  if (reason === 'logged_out') return 'It was logged out on the phone: scan its QR code again.';
  if (reason === 'qr_expired') return 'Nobody scanned its QR code in time: ask for a new one.';
  return 'If it does not come back by itself, scan its QR code again.';
}

function nameOf(payload: Facts): string {
  const names = [payload.display_name, payload.alias, payload.phone_number, payload.instance_name];
  return word(names.find((name) => typeof name === 'string' && name.trim() !== ''));
}

/** One line, whatever a user has written. */
function word(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return text
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, wordLengthMax);
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => names[character] ?? character);
}
