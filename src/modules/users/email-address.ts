import { invalidField } from './errors.ts';

const lengthMax = 254;
const shape =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/i;

/** The address as it is stored: trimmed, its case kept. ASCII only, so that lower-casing means the same everywhere. */
export function parseEmailAddress(text: string): string {
  const email = text.trim();
  if (email.length > lengthMax || !shape.test(email)) throw invalidField('body: email is not an e-mail address.');
  return email;
}

/** The form in which two addresses are compared. */
export function comparableEmail(text: string): string {
  return text.trim().toLowerCase();
}
