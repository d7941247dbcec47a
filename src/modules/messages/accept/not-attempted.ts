import { unsentSettlement } from '../sending/event-payload.ts';
import type { Settlement } from '../sending/settle.ts';
import type { NewMessage } from './new-message.ts';

/** How a message ends that may have been stored and was certainly never called. */
export function notAttempted(message: NewMessage, eventId: string): Settlement {
  const wasWaiting = message.timing.kind === 'queued';
  return unsentSettlement(message, { status: 'failed', reason: 'not_attempted', wasWaiting }, eventId);
}
