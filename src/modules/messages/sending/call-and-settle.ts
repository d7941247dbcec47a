import type { SendOutcome } from '../../../evolution/outcome.ts';
import type { Ids } from '../../../platform/ids.ts';
import type { Backend } from '../../backends/index.ts';
import type { PhoneNumbers, SendableNumber } from '../../phone-numbers/index.ts';
import { isMediaKind, type Prepared } from '../drafts/draft.ts';
import { callBackend } from './call-backend.ts';
import { settlementPayload } from './event-payload.ts';
import type { Settled, Settlement } from './settle.ts';

/** A message whose row is `sending`, with all that its call needs. */
export type Sending = {
  id: string;
  number: Pick<SendableNumber, 'id' | 'userId' | 'instanceName' | 'backendName' | 'integration'>;
  recipient: string;
  backend: Pick<Backend, 'sends'>;
  prepared: Prepared;
};

export type CallAndSettle = ReturnType<typeof createCallAndSettle>;

export const callWithinMsUsual = 65_000;

/**
 * Calls the backend once and stores what became of it; the outcome is given when it is committed. Whoever asks must
 * hold the message's lease, and asks once; where the message can wait, it has `putBack`, which is called in place of
 * settling when it was not sent for a reason that may pass. Rejects only when this process ends before the outcome could
 * be stored.
 */
export function createCallAndSettle(deps: {
  ids: Ids;
  phoneNumbers: Pick<PhoneNumbers, 'checkConnection'>;
  /** Settles however long it takes; rejects only when this process ends. */
  settle(settlement: Settlement): Promise<Settled>;
  /** Gives a settled message the acknowledgements that came before its answer. */
  catchUp(messageId: string): Promise<void>;
  keepAlive(work: Promise<unknown>): void;
  /** Milliseconds for the call, besides the delay it asks for; 65 s unless given. */
  callWithinMs?: number;
}) {
  const { callWithinMs = callWithinMsUsual } = deps;

  return async function callAndSettle(sending: Sending, putBack?: () => Promise<unknown>): Promise<SendOutcome> {
    const { number, recipient, backend, prepared } = sending;
    const deadlineMs = callWithinMs + (prepared.options.delayMs ?? 0);
    const outcome = await callBackend(backend, number, recipient, prepared, deadlineMs);
    if (putBack !== undefined && mayPass(outcome)) await putBack();
    else await settle(sending, outcome);
    if (doubtsConnection(outcome)) deps.keepAlive(deps.phoneNumbers.checkConnection(number.id));
    return outcome;
  };

  async function settle(sending: Sending, outcome: SendOutcome): Promise<void> {
    const { settled, earlyStatus } = await deps.settle(settlementOf(sending, outcome, deps.ids.uuidv7()));
    // An acknowledgement that came before the answer waits in the wire ledger. One whose settlement was committed
    // unheard may have it too: then only the repetition was answered.
    if (earlyStatus !== null || (!settled && outcome.kind === 'sent')) deps.keepAlive(deps.catchUp(sending.id));
  }
}

/** Whether it was certainly not sent, for a reason that has nothing to do with the message. */
export function mayPass(outcome: SendOutcome): boolean {
  if (outcome.kind !== 'not_sent') return false;
  switch (outcome.code) {
    case 'backend_unreachable':
    case 'backend_unauthorized':
    case 'number_missing_on_backend':
    case 'number_not_connected':
      return true;
    case 'recipient_not_on_whatsapp':
    case 'backend_refused':
      return false;
    default:
      return outcome.code satisfies never;
  }
}

// The number seemed connected when the message was accepted, and no call of its backend will tell that it is not.
function doubtsConnection(outcome: SendOutcome): boolean {
  return (
    outcome.kind === 'not_sent' &&
    (outcome.code === 'number_missing_on_backend' || outcome.code === 'number_not_connected')
  );
}

function settlementOf(sending: Sending, outcome: SendOutcome, eventId: string): Settlement {
  const { id, number, recipient, prepared } = sending;
  const { kind } = prepared.outbound;
  const sent = outcome.kind === 'sent' ? outcome : undefined;
  const status = outcome.kind === 'not_sent' ? 'failed' : outcome.kind;
  const statusReason = outcome.kind === 'not_sent' ? outcome.code : outcome.kind === 'unknown' ? outcome.reason : null;
  return {
    messageId: id,
    userId: number.userId,
    phoneNumberId: number.id,
    status,
    statusReason,
    whatsappId: sent?.whatsappId ?? null,
    remoteJid: sent?.remoteJid ?? null,
    isMedia: isMediaKind(kind),
    eventId,
    payload: settlementPayload({
      messageId: id,
      number,
      recipient,
      kind,
      status,
      statusReason,
      whatsappId: sent?.whatsappId ?? null,
      remoteJid: sent?.remoteJid ?? null,
    }),
  };
}
