import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { Egress } from '../../platform/egress/index.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Logger } from '../../platform/logger.ts';
import type { DB } from '../../schema.ts';
import type { Backends } from '../backends/index.ts';
import type { PhoneNumbers } from '../phone-numbers/index.ts';
import { createAcceptBatch, type NewMessage } from './accept.ts';
import { createEndAbandoned } from './end-abandoned.ts';
import { settlementPayload } from './event-payload.ts';
import { type MediaInput, mediaContent } from './media-content.ts';
import { resolveRecipient } from './recipient.ts';
import { createSendMessage, type SendInput, type SentMessage } from './send-message.ts';
import { createSettleBatch } from './settle.ts';
import { createSettleSurely } from './settle-surely.ts';

export { applySentFacts, type SentFact } from './apply-status.ts';
export type { MediaInput } from './media-content.ts';
export type { MediaType } from './message.ts';
export { type ReceivedMessage, recordReceived } from './record-received.ts';
export type { SendInput, SentMessage } from './send-message.ts';

export type Messages = ReturnType<typeof createMessages>;

/** Sending, with every message committed before it leaves and settled after it. */
export function createMessages(deps: {
  db: Kysely<DB>;
  /** A pool of its own for group commit, so that no other query holds it up. */
  batchPool: Pool;
  ids: Ids;
  logger: Logger;
  egress: Pick<Egress, 'fetchBytes'>;
  phoneNumbers: Pick<PhoneNumbers, 'requireConnected'>;
  backends: Pick<Backends, 'requireUsable'>;
}) {
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  const keepAlive = (work: Promise<unknown>) => {
    const done = work.then(ignore, ignore).finally(() => underWay.delete(done));
    underWay.add(done);
  };
  const settle = createSettleBatch({ pool: deps.batchPool });
  const settleSurely = createSettleSurely({ batch: settle, logger: deps.logger, closing: closing.signal });
  const accept = createAcceptBatch({
    pool: deps.batchPool,
    // Nobody was answered with success and nothing was called: where they were stored after all, their units go back.
    onUncertain: (messages) => {
      for (const message of messages) keepAlive(settleSurely(notAttempted(message)));
    },
  });
  const send = createSendMessage({
    ...deps,
    accept,
    settleSurely,
    keepAlive,
    resolveRecipient: (phoneNumberId, number) => resolveRecipient(deps.db, phoneNumberId, number),
    catchUp: async () => {},
  });

  function notAttempted(message: NewMessage) {
    return {
      messageId: message.id,
      userId: message.userId,
      phoneNumberId: message.phoneNumberId,
      status: 'failed' as const,
      statusReason: 'not_attempted',
      whatsappId: null,
      remoteJid: null,
      isMedia: message.kind !== 'text',
      quotaDay: new Date().toISOString().slice(0, 10),
      eventId: deps.ids.uuidv7(),
      payload: settlementPayload({
        messageId: message.id,
        number: { id: message.phoneNumberId, instanceName: '' },
        recipient: message.recipient,
        kind: message.kind,
        status: 'failed',
        statusReason: 'not_attempted',
      }),
    };
  }

  return {
    sendText: (input: SendInput, text: string): Promise<SentMessage> => send(input, () => ({ kind: 'text', text })),
    sendMedia: (input: SendInput, media: MediaInput): Promise<SentMessage> =>
      send(input, () => mediaContent({ egress: deps.egress }, media)),
    /** Periodic: see its own description. */
    endAbandoned: createEndAbandoned({ ...deps, settle }),
    /** Lets calls under way come to their end, for at most `withinMs`; what is left becomes unknown later. */
    async close(withinMs: number): Promise<void> {
      const timer = setTimeout(() => closing.abort(), withinMs);
      await Promise.allSettled(underWay);
      clearTimeout(timer);
      await accept[Symbol.asyncDispose]();
      await settle[Symbol.asyncDispose]();
    },
  };
}

function ignore(): void {}
