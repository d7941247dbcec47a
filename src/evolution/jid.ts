const USER_SERVER = 's.whatsapp.net';

/** What an address on the wire stands for. `other` is text a server kept although it is no number. */
export type JidKind = 'user' | 'lid' | 'group' | 'broadcast' | 'newsletter' | 'other';

/**
 * The address the server itself derives from a number before it asks WhatsApp. WhatsApp's answer
 * (`key.remoteJid` of a send) may still differ: it is the truth.
 */
export function canonicalJid(number: string): string {
  const bare = number.replace(/:\d+/, '');
  if (/@(g\.us|s\.whatsapp\.net|lid|broadcast)/.test(bare)) return bare;
  const compact = (bare.split('@')[0] ?? '').replace(/[\s+()]/g, '');
  if (compact.includes('-') && compact.length >= 24) return `${compact.replace(/[^\d-]/g, '')}@g.us`;
  const digits = compact.replace(/\D/g, '');
  if (digits.length >= 18) return `${digits}@g.us`;
  return `${serverFormBrazil(serverFormMexicoArgentina(digits))}@${USER_SERVER}`;
}

/**
 * Every address under which one recipient may appear on the wire, the most likely first: the server's own form,
 * the number as written, and both forms of the countries whose mobile numbers have an optional digit.
 */
export function candidateJids(number: string): string[] {
  const canonical = canonicalJid(number);
  const kind = jidKind(canonical);
  if (kind !== 'user') return [kind === 'other' ? number : canonical];
  const digits = userPart(number).replace(/\D/g, '');
  const forms = new Set([userPart(canonical)]);
  for (const form of [digits, userPart(canonical)]) {
    forms.add(form);
    for (const other of otherForms(form)) forms.add(other);
  }
  forms.delete('');
  return [...forms].map((form) => `${form}@${USER_SERVER}`);
}

/**
 * One key per chat: equal for all forms of a number, with or without device, server part or optional digit.
 * A `@lid` is its own key; only a known mapping joins it with a number.
 */
export function chatKey(jid: string): string {
  const kind = jidKind(jid);
  const user = userPart(jid);
  if (kind === 'user') return `${collapsed(user.replace(/\D/g, ''))}@${USER_SERVER}`;
  if (kind === 'other') return jid.trim().toLowerCase();
  return `${user}@${serverPart(jid)}`.toLowerCase();
}

export function jidKind(jid: string): JidKind {
  switch (serverPart(jid)) {
    case USER_SERVER:
    case 'c.us':
    case 'hosted':
      return /^\d+$/.test(userPart(jid)) ? 'user' : 'other';
    case 'lid':
    case 'hosted.lid':
      return 'lid';
    case 'g.us':
      return 'group';
    case 'broadcast':
      return 'broadcast';
    case 'newsletter':
      return 'newsletter';
    case '':
      return /^\+?[\d\s()-]{5,}$/.test(jid) ? 'user' : 'other';
    default:
      return 'other';
  }
}

/** The hidden one (@lid) of two addresses of one chat and the other, undefined where they are not such a pair. */
export function lidPairOf(
  jid: string | undefined,
  alternative: string | undefined,
): { lid: string; jid: string } | undefined {
  if (jid === undefined || alternative === undefined) return undefined;
  if (jidKind(jid) === 'lid' && jidKind(alternative) === 'user') return { lid: bareJid(jid), jid: alternative };
  if (jidKind(alternative) === 'lid' && jidKind(jid) === 'user') return { lid: bareJid(alternative), jid };
  return undefined;
}

/** The address without a device in it. */
export function bareJid(jid: string): string {
  return jid.replace(/:\d+(?=@)/, '');
}

/** The digits of a user's address, or null for groups, @lid and everything else that holds no phone number. */
export function digitsOfJid(jid: string): string | null {
  return jidKind(jid) === 'user' ? userPart(jid).replace(/\D/g, '') : null;
}

function userPart(jid: string): string {
  const at = jid.indexOf('@');
  const user = at < 0 ? jid : jid.slice(0, at);
  const device = user.indexOf(':');
  return device < 0 ? user : user.slice(0, device);
}

function serverPart(jid: string): string {
  const at = jid.indexOf('@');
  return at < 0 ? '' : jid.slice(at + 1).toLowerCase();
}

function serverFormMexicoArgentina(digits: string): string {
  return /^5[24]\d{11}$/.test(digits) ? digits.slice(0, 2) + digits.slice(3) : digits;
}

// The server drops the digit after the area code whatever it is, from area code 31 on, when the next one is 7 or more.
function serverFormBrazil(digits: string): string {
  if (!/^55\d{11}$/.test(digits)) return digits;
  const area = Number(digits.slice(2, 4));
  const next = Number(digits[5]);
  return area >= 31 && next >= 7 ? digits.slice(0, 4) + digits.slice(5) : digits;
}

// Landlines begin with 2 to 5, so a Brazilian mobile number without its 9 is nobody else's number.
function collapsed(digits: string): string {
  const shorter = serverFormMexicoArgentina(digits);
  return /^55\d{2}9[6-9]\d{7}$/.test(shorter) ? shorter.slice(0, 4) + shorter.slice(5) : serverFormBrazil(shorter);
}

function otherForms(digits: string): string[] {
  if (/^55\d{2}9\d{8}$/.test(digits)) return [digits.slice(0, 4) + digits.slice(5)];
  if (/^55\d{2}[6-9]\d{7}$/.test(digits)) return [`${digits.slice(0, 4)}9${digits.slice(4)}`];
  if (/^521\d{10}$/.test(digits) || /^549\d{10}$/.test(digits)) return [digits.slice(0, 2) + digits.slice(3)];
  if (/^52\d{10}$/.test(digits)) return [`521${digits.slice(2)}`];
  if (/^54\d{10}$/.test(digits)) return [`549${digits.slice(2)}`];
  return [];
}
