import { notFound } from '../../platform/errors.ts';
import type { Backends } from '../backends/index.ts';
import type { Desired } from './desired/desired.ts';
import { type NumberSettings, wholeSettings } from './desired/number-settings.ts';
import { relayFailure } from './relay/relay-errors.ts';

/**
 * Sets how a number behaves, on its backend first: what it refused is not kept. What is left out stays. Answers all
 * settings.
 */
export function createChangeSettings(deps: { backends: Pick<Backends, 'requireUsable'>; desired: Desired }) {
  return async function changeSettings(
    userId: number,
    id: number,
    chosen: Partial<NumberSettings>,
  ): Promise<NumberSettings> {
    const number = await deps.desired.find(id);
    if (number === undefined || number.userId !== userId) throw notFound('Phone number');
    const { control } = await deps.backends.requireUsable(number.backendId);
    await control
      .setSettings(number.backendName, wholeSettings({ ...number.settings, ...chosen }))
      .catch((error: unknown) => {
        throw relayFailure(error, { instance: number.backendName, changes: true });
      });
    return deps.desired.changeSettings(userId, id, chosen);
  };
}
