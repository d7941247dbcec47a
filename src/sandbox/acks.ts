import type { Magic } from './magic-recipients.ts';
import type { Live } from './types.ts';
import type { StoredMessage, World } from './world.ts';

/** Delivery and reading, as the recipient's phone would report them. */
export function acknowledgeLater(world: World, live: Live, message: StoredMessage, mode: Magic['acks']): void {
  const { acks, deliveredAfterMs, readAfterMs } = world.knobs;
  if (!acks || mode === 'none' || live.integration === 'EVOLUTION') return;
  const words = statusWords(live);
  if (mode === 'error') {
    world.timers.after(deliveredAfterMs, () => void acknowledge(world, live, message, words.error));
    return;
  }
  world.timers.after(deliveredAfterMs, () => void acknowledge(world, live, message, words.delivered));
  if (mode === 'delivered') return;
  world.timers.after(readAfterMs, () => void acknowledge(world, live, message, words.read));
}

/** One acknowledgement; the same status of one message is told only once. */
export function acknowledge(world: World, live: Live, message: StoredMessage, status: string): Promise<void> {
  if (message.statuses.includes(status)) return Promise.resolve();
  message.statuses.push(status);
  const { key } = message.record;
  const business = live.integration === 'WHATSAPP-BUSINESS';
  return world.emit(live, 'messages.update', {
    keyId: key.id,
    remoteJid: key.remoteJid,
    // The official channel compares the recipient with its own id here, so it is never true.
    fromMe: business ? false : key.fromMe,
    ...(business ? { participant: key.remoteJid } : {}),
    status,
    instanceId: live.id,
    messageId: message.rowId,
  });
}

function statusWords(live: Live): { delivered: string; read: string; error: string } {
  return live.integration === 'WHATSAPP-BUSINESS'
    ? { delivered: 'DELIVERED', read: 'READ', error: 'FAILED' }
    : { delivered: 'DELIVERY_ACK', read: 'READ', error: 'ERROR' };
}
