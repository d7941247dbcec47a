import { createHash } from 'node:crypto';
import { EVOLUTION_MESSAGES } from '../evolution/wire.ts';
import { acknowledgeLater } from './acks.ts';
import { badRequest, crashed } from './errors.ts';
import { toJid } from './jid.ts';
import { type Magic, magicOf } from './magic-recipients.ts';
import type { StoredMessage } from './message-store.ts';
import type { Answer, Json, Live, MessageRecord } from './types.ts';
import { isoNow, rowOf, type World } from './world.ts';

export type Outgoing = {
  /** As the caller gave it. */
  number: string;
  kind: string;
  text: string | null;
  content: Json;
  /** The medium as it came. */
  media: Buffer | null;
  /** The medium as it left. */
  kept?: Buffer;
  record: MessageRecord;
  /** What the echo carries beyond the answer. */
  echoMessage?: Json;
};

/**
 * Recipients that spoil a send before anything left.
 * @throws WireError for a number without WhatsApp and for a closed connection.
 */
export function refuseByMagic(number: string): { magic: Magic; answer?: Answer } {
  const magic = magicOf(number);
  if (magic.absent) throw badRequest({ jid: toJid(number), exists: false, number });
  if (magic.closed) throw crashed(EVOLUTION_MESSAGES.connectionClosed);
  if (magic.fault === 'hang' || magic.fault === 'reset-before' || magic.fault === 'http500-before') {
    return { magic, answer: { status: 500, body: null, fault: magic.fault } };
  }
  if (magic.keyless) return { magic, answer: { status: 201, body: keylessBody } };
  return { magic };
}

/** The message leaves: into the ledger, the database, the echo and the acknowledgements; then the answer is made. */
export function dispatch(world: World, live: Live, outgoing: Outgoing, magic: Magic): Answer {
  const { record } = outgoing;
  world.ledger.send({
    at: isoNow(world),
    instance: live.name,
    id: record.key.id,
    number: outgoing.number,
    remoteJid: record.key.remoteJid,
    kind: outgoing.kind,
    text: outgoing.text,
    content: outgoing.content,
    mediaSha256: outgoing.media ? createHash('sha256').update(outgoing.media).digest('hex') : null,
  });

  if (world.knobs.echo && magic.echo !== false) {
    const data = outgoing.echoMessage ? { ...record, message: outgoing.echoMessage } : record;
    if (world.knobs.echoAfterMs > 0) world.timers.after(world.knobs.echoAfterMs, () => void echo(world, live, data));
    else void echo(world, live, data);
  }
  // The echo is out before the row: without an instance row the insert fails after the message has left.
  if (!rowOf(world, live) || magic.failsAfterSending) throw badRequest(rowMissing);

  const stored = storedMessage(world, live, { ...record }, outgoing.kept);
  world.messages.add(stored);
  acknowledgeLater(world, live, stored, magic.acks);
  return { status: 201, body: record, ...(magic.fault ? { fault: magic.fault } : {}) };
}

export function storedMessage(world: World, live: Live, record: MessageRecord, media?: Buffer): StoredMessage {
  const row = { rowId: world.identifiers.cuid(), instanceId: live.id, createdAt: isoNow(world) };
  return { ...row, record, statuses: [], ...(media ? { media } : {}) };
}

export function echo(world: World, live: Live, record: MessageRecord): Promise<void> {
  return world.emit(live, 'send.message', record);
}

const rowMissing =
  'PrismaClientKnownRequestError: \nInvalid `prisma.message.create()` invocation:\n\n\nForeign key constraint violated on the constraint: `Message_instanceId_fkey`';

const keylessBody = {
  message: '(#131030) Recipient phone number not in allowed list',
  type: 'OAuthException',
  code: 131030,
  error_data: { messaging_product: 'whatsapp', details: 'Recipient phone number not in allowed list' },
  fbtrace_id: 'A1B2',
};
