import type { Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Dispatcher } from 'undici';
import { EvolutionError, errorOfAnswer, errorOfFailure, errorOfUnreadable } from './errors.ts';
import { exchange, segment } from './exchange.ts';
import type { MessageRef } from './outbound.ts';
import { keyOf } from './send-request.ts';
import {
  DeletedAnswer,
  MarkedReadAnswer,
  NumberChecks,
  PresenceAnswer,
  type PresenceState,
  UpdatedAnswer,
} from './wire.ts';

const MIB = 1024 * 1024;

export type NumberCheck = { number: string; exists: boolean; jid: string; lid?: string };

type Deps = { origin: string; prefix: string; dispatcher: Dispatcher; apiKey: string };
type Named = {
  instance: string;
  /** Milliseconds for the whole call. */
  deadlineMs: number;
};

/**
 * What is done to messages and chats beside sending; WHATSAPP-BAILEYS alone has any of it, the others refuse. All reject
 * with `EvolutionError`; after `timeout` and `connection_lost` it may have been done all the same.
 */
export function callActions(deps: Deps) {
  const headers = { apikey: deps.apiKey, 'content-type': 'application/json' };

  return {
    async deleteForEveryone(input: Named & { ref: MessageRef }): Promise<void> {
      await answer('DELETE', 'deleteMessageForEveryone', input, keyOf(input.ref), DeletedAnswer);
    },

    /** `number` must lead to the very address of the message's chat, so the address itself is the best number. */
    async updateText(input: Named & { number: string; ref: MessageRef; text: string }): Promise<void> {
      const body = { number: input.number, text: input.text, key: keyOf(input.ref) };
      await answer('POST', 'updateMessage', input, body, UpdatedAnswer);
    },

    /** Leaves out, without a word, every message whose chat is neither a number's nor a group's, such as an `@lid`. */
    async markRead(input: Named & { refs: readonly MessageRef[] }): Promise<void> {
      const readMessages = input.refs.map(({ remoteJid, fromMe, id }) => ({ remoteJid, fromMe, id }));
      await answer('POST', 'markMessageAsRead', input, { readMessages }, MarkedReadAnswer);
    },

    /** Answered after `delayMs`, when the presence is taken back. */
    async presence(input: Named & { number: string; state: PresenceState; delayMs: number }): Promise<void> {
      const body = { number: input.number, delay: input.delayMs, presence: input.state };
      await answer('POST', 'sendPresence', input, body, PresenceAnswer);
    },

    /** One entry per number, not always in the order asked. `lid` only where the server knows the address itself. */
    async checkNumbers(input: Named & { numbers: readonly string[] }): Promise<NumberCheck[]> {
      const found = await answer('POST', 'whatsappNumbers', input, { numbers: input.numbers }, NumberChecks);
      return found.map(({ number, exists, jid, lid }) => {
        const address = lid?.includes('@') ? lid : jid.endsWith('@lid') ? jid : undefined;
        return address === undefined ? { number, exists, jid } : { number, exists, jid, lid: address };
      });
    },
  };

  async function answer<T extends Type.TSchema>(
    method: 'POST' | 'DELETE',
    action: string,
    { instance, deadlineMs }: Named,
    body: unknown,
    schema: T,
  ): Promise<Static<T>> {
    const path = `${deps.prefix}/chat/${action}/${segment(instance)}`;
    const call = { method, path, headers, body: JSON.stringify(body), deadlineMs, answerBytesMax: MIB };
    const result = await exchange(deps.dispatcher, deps.origin, call);
    if (result.kind === 'failed') throw errorOfFailure(result.failure);
    if (result.kind === 'unreadable') throw errorOfUnreadable(result.status, result.detail);
    if (result.status < 200 || result.status >= 300) {
      throw errorOfAnswer(result.status, result.body, [deps.apiKey], instance);
    }
    if (Value.Check(schema, result.body)) return result.body;
    throw new EvolutionError('unreadable', 'not the shape an Evolution server answers with', result.status);
  }
}
