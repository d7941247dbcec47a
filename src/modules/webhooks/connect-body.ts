import { jidKind } from '../../evolution/jid.ts';
import { nameOf, type ToldEvent, testEventType, textOf } from './told-event.ts';

export const connectTypes: readonly string[] = ['message.received'];

/** What only the endpoint of the settings hears of in this format. */
export const alertType = 'fleet.alert';

/** The format of the WhatsApp-web connector: received messages, addresses as `<digits>@c.us`. */
export function connectBody({ type, payload, number, at }: ToldEvent): Record<string, unknown> {
  const clientId = number === null ? null : nameOf(number);
  if (type === testEventType) return { event: 'test', clientId, timestamp: Math.floor(at.getTime() / 1_000) };
  if (type === alertType) return { ...payload, event: type, timestamp: Math.floor(at.getTime() / 1_000) };
  return {
    event: 'message',
    clientId,
    from: addressOf(textOf(payload.chat) ?? textOf(payload.from) ?? ''),
    to: addressOf(number?.ownJid ?? number?.phoneNumber ?? ''),
    body: textOf(payload.text) ?? textOf(payload.caption) ?? '',
    timestamp: typeof payload.timestamp === 'number' ? payload.timestamp : Math.floor(at.getTime() / 1_000),
    messageId: textOf(payload.whatsapp_id),
  };
}

function addressOf(jid: string): string {
  const user = (jid.split('@')[0] ?? '').split(':')[0] ?? '';
  return jidKind(jid) === 'user' ? `${user.replace(/\D/g, '')}@c.us` : jid;
}
