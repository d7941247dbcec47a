import type { Logger } from '../../platform/logger.ts';
import type { Admit } from './admit.ts';
import { readNumbers, readSequence } from './handshake.ts';
import type { Listener } from './listeners.ts';
import type { RealtimeSocket } from './realtime-socket.ts';
import { refused, toRefusal } from './refused.ts';
import type { SocketDialect } from './socket-dialect.ts';

type Context = {
  listener: Listener;
  admit: Admit;
  dialects: readonly SocketDialect[];
  wake(): void;
  logger: Logger;
};
type Answer = Record<string, unknown>;

const eventsMax = 20;
const retellingsMax = 200;
const windowMs = 10_000;

/** Answers what a client may say: `resume`, `subscribe`, and the words of dialects. Whoever says too much is ended. */
export function answerClient(socket: RealtimeSocket, context: Context): void {
  const { listener, logger } = context;
  let said = 0;
  let windowEndsAt = 0;

  function isTooMuch(): boolean {
    const now = performance.now();
    if (now > windowEndsAt) {
      said = 0;
      windowEndsAt = now + windowMs;
    }
    said++;
    return said > eventsMax;
  }

  socket.onAny((name: unknown, ...words: unknown[]) => {
    if (isTooMuch()) {
      listener.end('rate_limited', `At most ${eventsMax} events in ${windowMs / 1_000} s.`);
      return;
    }
    const last = words.at(-1);
    const acknowledge = typeof last === 'function' ? (last as (answer: Answer) => void) : () => undefined;
    answer(name, words[0], context).then(acknowledge, (error: unknown) => {
      const refusal = toRefusal(error);
      if (refusal === undefined) logger.error({ event: 'realtime_event_failed', err: error }, 'realtime event failed');
      const { message, data } = refusal ?? refused('internal_error', 'Something went wrong on our side.');
      acknowledge({ error: { ...data, message } });
    });
  });
}

async function answer(name: unknown, said: unknown, context: Context): Promise<Answer> {
  const { listener, admit, wake } = context;
  const { userId } = listener.grant;
  switch (name) {
    case 'resume': {
      const { sequence, resync } = await admit.start(userId, readSequence(readField(said, 'since')));
      if (resync !== null) listener.tell('resync', resync);
      listener.sequence = sequence;
      wake();
      return { sequence };
    }
    case 'subscribe': {
      const numbers = readNumbers(readField(said, 'phone_numbers'));
      listener.numbers = await admit.requireNumbers(userId, numbers);
      return { phone_numbers: numbers };
    }
    default:
      return answerDialect(name, said, context);
  }
}

async function answerDialect(name: unknown, said: unknown, { listener, dialects }: Context): Promise<Answer> {
  const dialect = dialects.find(({ word }) => word === name);
  if (dialect === undefined) throw refused('invalid_request', 'A client says "resume" or "subscribe", nothing else.');
  const retelling = await dialect.subscribe(listener.grant.userId, said);
  if (retelling === undefined)
    throw refused('invalid_request', `What was said with "${dialect.word}" is not understood.`);
  const { retellings } = listener;
  if (!retellings.has(retelling.name) && retellings.size >= retellingsMax) {
    throw refused('invalid_request', `At most ${retellingsMax} subscriptions on one connection.`);
  }
  retellings.set(retelling.name, retelling);
  for (const [word, content] of retelling.now) listener.tell(word, content);
  return { subscribed: retelling.name };
}

function readField(said: unknown, name: string): unknown {
  const isObject = typeof said === 'object' && said !== null && !Array.isArray(said);
  const [only, ...others] = isObject ? Object.keys(said) : [];
  if (isObject && only === name && others.length === 0) return (said as Record<string, unknown>)[name];
  throw refused('invalid_request', `Send an object with "${name}" and nothing else.`);
}
