import type { Logger } from '../../platform/logger.ts';
import type { Admit } from './admit.ts';
import { readNumbers, readSequence } from './handshake.ts';
import type { Listener } from './listeners.ts';
import type { RealtimeSocket } from './realtime-socket.ts';
import { refused, toRefusal } from './refused.ts';

type Context = { listener: Listener; admit: Admit; wake(): void; logger: Logger };
type Answer = Record<string, unknown>;

const eventsMax = 20;
const windowMs = 10_000;

/** Answers the two things that a client may say: `resume` and `subscribe`. Whoever says too much is ended. */
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

async function answer(name: unknown, said: unknown, { listener, admit, wake }: Context): Promise<Answer> {
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
      throw refused('invalid_request', 'A client says "resume" or "subscribe", nothing else.');
  }
}

function readField(said: unknown, name: string): unknown {
  const isObject = typeof said === 'object' && said !== null && !Array.isArray(said);
  const [only, ...others] = isObject ? Object.keys(said) : [];
  if (isObject && only === name && others.length === 0) return (said as Record<string, unknown>)[name];
  throw refused('invalid_request', `Send an object with "${name}" and nothing else.`);
}
