import { canonicalJid } from '../../evolution/jid.ts';
import { badRequest } from './errors.ts';

const noUser =
  'Error: JID decoded but user is empty: "@s.whatsapp.net" -> user: "", server: "s.whatsapp.net", device: undefined';

/**
 * Whom a `number` of this contract means, in the form in which messages take it: digits, a group's address, or an `@lid`.
 * What that server would make no address of is refused in its words.
 */
export function recipientOf(given: string): string {
  const bare = given.trim().replace(/:\d+(?=@|$)/, '');
  const [user = '', server] = bare.split('@', 2);
  switch (server) {
    case undefined:
      return withoutServer(user);
    case 'g.us':
    case 'lid':
      return bare;
    case 's.whatsapp.net':
    case 'c.us':
      return requireDigits(user);
    default:
      throw notOnWhatsApp(given);
  }
}

/** The entry with which that server says that nobody has this number. */
export function absentee(given: string) {
  return { jid: canonicalJid(given.slice(0, 200)), exists: false, number: given.slice(0, 200) };
}

export const notOnWhatsApp = (given: string) => badRequest(absentee(given));

// Long ones without a server are groups there, with a dash in them or without.
function withoutServer(user: string): string {
  const compact = user.replace(/[\s+()]/g, '');
  if (/^\d+-\d+$/.test(compact) && compact.length >= 24) return `${compact}@g.us`;
  const digits = requireDigits(user);
  return digits.length >= 18 ? `${digits}@g.us` : digits;
}

function requireDigits(text: string): string {
  const digits = text.replace(/\D/g, '');
  if (digits === '') throw badRequest(noUser);
  return digits;
}
