import type { NumberSettings } from '../../modules/phone-numbers/index.ts';
import { forbidden } from './errors.ts';

const flags = [
  'rejectCall',
  'groupsIgnore',
  'alwaysOnline',
  'readMessages',
  'readStatus',
  'syncFullHistory',
] as const satisfies (keyof NumberSettings)[];

/** The settings in a body that fits its schema; what is not given is left out. */
export function settingsOf(body: Record<string, unknown>): Partial<NumberSettings> {
  const settings: Partial<NumberSettings> = {};
  for (const name of flags) {
    const value = body[name];
    if (typeof value === 'boolean') settings[name] = value;
  }
  if (typeof body.msgCall === 'string') settings.msgCall = body.msgCall.slice(0, 1_000);
  return settings;
}

/** It would have the backend call a service of somebody else's. */
export function requireNoWavoip({ wavoipToken }: Record<string, unknown>): void {
  if (typeof wavoipToken === 'string' && wavoipToken !== '') throw forbidden('wavoipToken: calls are not offered.');
}
