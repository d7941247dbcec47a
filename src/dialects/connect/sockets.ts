import type { PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import type { SocketDialect, SocketWord } from '../../modules/realtime/index.ts';
import { createClients } from './clients.ts';
import { idleState, stateOf } from './state.ts';

/**
 * `wa:subscribe {clientId}` on the socket of live events: answered with `wa:state` and, where there is one, `wa:qr`, and
 * with the same whenever they change, also for a client that is yet to be made.
 */
export function createConnectSockets(deps: { phoneNumbers: PhoneNumbers }): SocketDialect {
  const clients = createClients(deps);
  return {
    word: 'wa:subscribe',
    async subscribe(userId, said) {
      const clientId = clientIdOf(said);
      if (clientId === undefined) return undefined;
      const number = await clients.find(userId, clientId);
      const now: SocketWord[] = [
        ['wa:state', number === undefined ? idleState(clientId) : stateOf(clientId, number)],
        ...qrOf(clientId, number?.qrCode),
      ];
      return {
        name: clientId,
        now,
        retell({ type, at, payload, number }) {
          if (!type.startsWith('number.')) return [];
          if (number?.alias !== clientId && number?.instanceName !== clientId) return [];
          if (type === 'number.deleted') return [['wa:state', { ...idleState(clientId), updatedAt: at.toISOString() }]];
          const { status = 'initializing', status_reason: reason } = payload;
          if (typeof status !== 'string') return [];
          const statusReason = typeof reason === 'string' ? reason : null;
          return [
            ['wa:state', stateOf(clientId, { status, statusReason, updatedAt: at })],
            ...qrOf(clientId, payload.qr_code),
          ];
        },
      };
    },
  };
}

function qrOf(clientId: string, qrDataUrl: unknown): SocketWord[] {
  return typeof qrDataUrl === 'string' ? [['wa:qr', { clientId, qrDataUrl }]] : [];
}

function clientIdOf(said: unknown): string | undefined {
  if (said === undefined || said === null) return 'default';
  if (typeof said !== 'object' || Array.isArray(said)) return undefined;
  const { clientId = 'default' } = said as { clientId?: unknown };
  return typeof clientId === 'string' && clientId.length > 0 && clientId.length <= 100 ? clientId : undefined;
}
