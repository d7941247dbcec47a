import type { paths } from '../../api/schema.d.ts';

type OneNumber = paths['/api/phone-numbers/{id}']['get']['responses'][200]['content']['application/json'];

export type PhoneNumber = OneNumber['phone_number'];

export const numberStates: readonly PhoneNumber['status'][] = [
  'connected',
  'qr_ready',
  'initializing',
  'disconnected',
  'error',
];

/** What a link to the list may ask for. */
export function searchOfNumbers(search: Record<string, unknown>): { status?: PhoneNumber['status'] } {
  const status = numberStates.find((state) => state === search.status);
  return status === undefined ? {} : { status };
}

/** What its user calls it, or would know it by. */
export function nameOf(number: Pick<PhoneNumber, 'display_name' | 'alias' | 'phone_number' | 'instance_name'>): string {
  return number.display_name ?? number.alias ?? shownNumber(number.phone_number) ?? number.instance_name;
}

export function shownNumber(digits: string | null): string | null {
  return digits === null ? null : `+${digits}`;
}

/** Digits with the country code, as the API takes them; undefined where they cannot be a phone's number. */
export function digitsOf(typed: string): string | undefined {
  // Arabic and Persian digits; each block begins with its zero.
  const western = typed.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) % 16));
  const digits = western.replace(/[\s()+.\-\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').replace(/^00/, '');
  return /^[1-9][0-9]{7,14}$/.test(digits) ? digits : undefined;
}

/** When, by the clock of this device, a moment of the server's clock comes. */
export function momentHere(iso: string, serverDate: string | null, now: number): number {
  const serverNow = serverDate === null ? Number.NaN : Date.parse(serverDate);
  // The header has whole seconds; a difference within them says nothing.
  const ahead = Math.abs(now - serverNow) < 2_000 || Number.isNaN(serverNow) ? 0 : now - serverNow;
  return Date.parse(iso) + ahead;
}
