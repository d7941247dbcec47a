import { type Kysely, sql } from 'kysely';
import { DomainError } from '../../../platform/errors.ts';
import type { DB } from '../../../schema.ts';

const phoneNumberPattern = /^\+?[1-9]\d{7,14}$/;
const groupPattern = /^\d{5,20}(?:-\d{5,20})?@g\.us$/;
const reportedPattern = /^\d{5,20}@(?:s\.whatsapp\.net|lid)$/;

/** Whether an address that a number is told of is one that a message can go to once it was met. */
export function isReportedAddress(jid: unknown): jid is string {
  return typeof jid === 'string' && reportedPattern.test(jid);
}

/**
 * The address a message goes to, as the backend takes it: digits, or a group id, or an id that this phone number has
 * met before in a message, as chat or as who wrote in a group (an id nobody met could be anybody's). Throws `invalid_number`.
 */
export async function resolveRecipient(db: Kysely<DB>, phoneNumberId: number, number: string): Promise<string> {
  if (phoneNumberPattern.test(number)) return number.startsWith('+') ? number.slice(1) : number;
  if (groupPattern.test(number)) return number;
  if (isReportedAddress(number) && (await hasMet(db, phoneNumberId, number))) return number;
  throw new DomainError(
    'invalid_number',
    'number must be 8 to 15 digits with the country code and an optional +, a group id, or an id from a message of this phone number.',
    { kind: 'invalid' },
  );
}

async function hasMet(db: Kysely<DB>, phoneNumberId: number, jid: string): Promise<boolean> {
  const { rows } = await sql<{ hasMet: boolean }>`
    select exists (select from met_addresses where phone_number_id = ${phoneNumberId} and jid = ${jid})
      or exists (select from messages where phone_number_id = ${phoneNumberId} and remote_jid = ${jid}) as "hasMet"
  `.execute(db);
  return rows[0]?.hasMet === true;
}
