import { toJid } from './jid.ts';
import type { Json } from './types.ts';
import { asText } from './world.ts';

/** A contact's card in the server's words; without a `wuid` a whole address gets into its waid. */
export function vcard(contact: Json): string {
  const { fullName, phoneNumber } = contact;
  const optional = (name: string, value: unknown, end = '') => (value ? `${name}:${value}${end}\n` : '');
  return (
    `BEGIN:VCARD\nVERSION:3.0\nN:${fullName}\nFN:${fullName}\n` +
    optional('ORG', contact.organization, ';') +
    optional('EMAIL', contact.email) +
    optional('URL', contact.url) +
    `item1.TEL;waid=${asText(contact.wuid) || toJid(String(phoneNumber))}:${phoneNumber}\n` +
    'item1.X-ABLabel:Celular\nEND:VCARD'
  );
}

/** One contact, or a list of them under the number they are. */
export function contactCards(contacts: Json[]): Json {
  const cards = contacts.map((contact) => ({ displayName: contact.fullName, vcard: vcard(contact) }));
  return cards.length === 1 ? { ...cards[0] } : { displayName: `${cards.length} contacts`, contacts: cards };
}
