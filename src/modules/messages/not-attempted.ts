import { unsentSettlement } from './event-payload.ts';
import type { NewMessage } from './new-message.ts';
import type { Settlement } from './settle.ts';

/** How a message ends that may have been stored and was certainly never called. */
export function notAttempted(message: NewMessage, eventId: string): Settlement {
  const wasWaiting = message.timing.kind === 'queued';
  return unsentSettlement(message, { status: 'failed', reason: 'not_attempted', wasWaiting }, eventId);
}
