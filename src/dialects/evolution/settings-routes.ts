import { settingsSchema } from '../../evolution/wire.ts';
import { type PhoneNumbers, wholeSettings } from '../../modules/phone-numbers/index.ts';
import { requireFits } from './errors.ts';
import type { Routes } from './routes.ts';
import { requireNoWavoip, settingsOf } from './settings-body.ts';

/** How a number behaves by itself: set on its backend, and kept so that it stays so. */
export function addSettingsRoutes(
  routes: Routes,
  { phoneNumbers }: { phoneNumbers: Pick<PhoneNumbers, 'changeSettings' | 'get'> },
): void {
  routes.ofNumber(
    'POST',
    '/settings/set/:instanceName',
    async ({ caller, number, name, body }) => {
      requireFits(body, settingsSchema);
      requireNoWavoip(body);
      const settings = settingsOf(body);
      await phoneNumbers.changeSettings(caller.userId, number.id, settings);
      return { settings: { instanceName: name, settings } };
    },
    { status: 201 },
  );

  routes.ofNumber('GET', '/settings/find/:instanceName', async ({ caller, number }) => {
    const { settings } = await phoneNumbers.get(caller.userId, number.id);
    return wholeSettings(settings);
  });
}
