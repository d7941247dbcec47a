import { instanceIdOf } from '../../evolution/instance-id.ts';
import { type PhoneNumber, wholeSettings } from '../../modules/phone-numbers/index.ts';
import { clientName } from './root-routes.ts';
import { nameOnWire } from './routes.ts';

/** The contract's word for how a number is connected. */
export function stateOf({ status }: Pick<PhoneNumber, 'status'>): 'open' | 'connecting' | 'close' {
  switch (status) {
    case 'connected':
      return 'open';
    case 'initializing':
    case 'qr_ready':
      return 'connecting';
    case 'disconnected':
    case 'error':
      return 'close';
    default:
      return status satisfies never;
  }
}

export function stateAnswer(number: PhoneNumber) {
  return { instance: { instanceName: nameOnWire(number), state: stateOf(number) } };
}

/** The codes by which a phone connects; a count of 0 says that there is none to scan. */
export function codesAnswer({ qrCode, qrText, pairingCode }: PhoneNumber) {
  if (qrCode === null) return { count: 0 };
  return { pairingCode, ...(qrText === null ? {} : { code: qrText }), base64: qrCode, count: 1 };
}

/** A row of `fetchInstances`. `token` is the one that was presented, or what may be shown of it. */
export function rowOf(number: PhoneNumber, token: string) {
  const id = instanceIdOf(number.instanceName);
  const times = { createdAt: number.createdAt.toISOString(), updatedAt: number.updatedAt.toISOString() };
  return {
    id,
    name: nameOnWire(number),
    connectionStatus: stateOf(number),
    ownerJid: number.ownJid,
    profileName: number.profileName,
    profilePicUrl: null,
    integration: number.integration,
    number: number.phoneNumber,
    businessId: null,
    token,
    clientName,
    disconnectionReasonCode: number.statusReason === 'logged_out' ? 401 : null,
    disconnectionObject: null,
    disconnectionAt: null,
    ...times,
    Chatwoot: null,
    Proxy: null,
    Rabbitmq: null,
    Nats: null,
    Sqs: null,
    Websocket: null,
    Setting: { id: `setting-${id}`, ...wholeSettings(number.settings), ...times, instanceId: id },
    _count: { Message: 0, Contact: 0, Chat: 0 },
  };
}
