import type { Magic } from './magic-recipients.ts';
import type { StoredMessage } from './message-store.ts';
import type { Live } from './types.ts';
import type { World } from './world.ts';

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
  if (message.statuses.some((each) => each.status === status)) return Promise.resolve();
  recordStatus(world, message, status);
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

/** An entry in the message's history, and its state if it is one of the recipient's. */
export function recordStatus(world: World, message: StoredMessage, status: string): void {
  message.statuses.push({ id: world.identifiers.cuid(), status });
  message.record.status = status;
  world.messages.changed(message);
}

function statusWords(live: Live): { delivered: string; read: string; error: string } {
  return live.integration === 'WHATSAPP-BUSINESS'
    ? { delivered: 'DELIVERED', read: 'READ', error: 'FAILED' }
    : { delivered: 'DELIVERY_ACK', read: 'READ', error: 'ERROR' };
}
