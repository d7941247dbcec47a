import type { PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { createForwards } from './chat-forwards.ts';
import type { Routes } from './routes.ts';

/** Labels are read alone: changing them is refused. */
export function addLabelRoutes(routes: Routes, deps: { phoneNumbers: Pick<PhoneNumbers, 'relay'> }): void {
  const { forward } = createForwards(deps.phoneNumbers);
  routes.ofNumber('GET', '/label/findLabels/:instanceName', (call) => forward(call, 'findLabels', {}));
}
