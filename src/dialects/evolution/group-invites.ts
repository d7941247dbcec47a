import { createHash } from 'node:crypto';
import { groupSchemas } from '../../evolution/wire.ts';
import { type IdempotencyKey, type Messages, readIdempotencyKey } from '../../modules/messages/index.ts';
import type { Forwards } from './chat-forwards.ts';
import { badRequest } from './errors.ts';
import { ofGroup } from './group-bodies.ts';
import { inWordsOfContract, messageIdHeader, noteInHeaders } from './message-failures.ts';
import { createSends } from './message-sends.ts';
import type { NumberCall } from './routes.ts';
import { isRecord, textOf } from './values.ts';

const numbersMax = 20;

/**
 * Invites are text messages, one to each number: that server would write them itself, past all that counts and keeps what
 * is sent. So we ask it for the link alone, and send them as messages like any other, one after the other; where one
 * fails, the header names those that had left before it. Under an Idempotency-Key none is sent twice.
 */
export function createSendInvites(deps: { messages: Pick<Messages, 'send' | 'get'>; forwards: Forwards }) {
  const { send } = createSends(deps);

  return async function sendInvites(call: NumberCall): Promise<unknown> {
    const { groupJid, description, numbers } = ofGroup(call, groupSchemas.sendInvite);
    const recipients = Array.isArray(numbers) ? numbers.map(String) : [];
    if (recipients.length > numbersMax)
      throw badRequest({ property: 'numbers', message: `numbers does not meet maximum length of ${numbersMax}` });
    const answer = await deps.forwards.forward(call, 'inviteCode', { query: { groupJid } });
    const inviteUrl = isRecord(answer) ? textOf(answer.inviteUrl) : undefined;
    if (inviteUrl === undefined) throw badRequest('No send invite');
    const text = `${textOf(description) ?? ''}\n\n${inviteUrl}`;
    const key = readIdempotencyKey(call.request);
    const ids: string[] = [];
    for (const to of recipients) {
      try {
        const { id } = await send(call, { to, draft: { kind: 'text', content: { text } } }, keyFor(key, to));
        ids.push(id);
      } catch (error) {
        noteInHeaders(call.reply, error);
        const failed = call.reply.getHeader(messageIdHeader);
        call.reply.header(messageIdHeader, [...ids, ...(failed === undefined ? [] : [failed])].join(','));
        throw inWordsOfContract(error, call.number, to);
      }
    }
    call.reply.header(messageIdHeader, ids.join(','));
    return { send: true, inviteUrl };
  };
}

// One key stands for one message.
function keyFor(key: IdempotencyKey | undefined, to: string): IdempotencyKey | undefined {
  if (key === undefined) return undefined;
  return { ...key, key: createHash('sha256').update(`${key.key}\n${to}`).digest('base64url') };
}
