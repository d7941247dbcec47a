import { randomBytes } from 'node:crypto';
import { Agent, request } from 'undici';
import { type Features, featuresOf } from './features.ts';
import type { LoadNumber, LoadUser } from './people.ts';
import { pause } from './wait.ts';
import type { World } from './world.ts';

export type SendKind = 'sync' | 'twin' | 'media' | 'async' | 'idempotent' | 'scheduled';

/** One answer, or the error that took its place. */
export type SendAnswer = {
  /** Where it was asked. */
  via: string;
  at: number;
  status?: number;
  code?: string;
  messageId?: string;
  error?: string;
};

/** One message as a user wanted it. `text` finds its row and its ledger entry; twins have one text. */
export type Sending = {
  text: string;
  kind: SendKind;
  /** The fault that was on when it began. */
  during: string;
  user: LoadUser;
  number: LoadNumber;
  to: string;
  key?: string;
  startedAt: number;
  answers: SendAnswer[];
};

/** One message that a sandbox was told to receive. */
export type Injected = { waId: string; user: LoadUser; number: LoadNumber; during: string; at: number };

export type Load = {
  sendings: Sending[];
  injected: Injected[];
  features: Features;
  /** Names what is going on, for the story of each message. */
  during(fault: string): void;
  underWay(): number;
  /** Where requests go from now on; each API in turn unless set. */
  through(urls: readonly string[] | undefined): void;
  /** One synchronous send of each number; throws, naming the answers, unless all were sent. */
  works(): Promise<true>;
  /** Ends when everything under way was answered. */
  stop(): Promise<void>;
};

const underWayMax = 48;
const repeatsMax = 12;
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Users who send and are written to, at a steady rate, whatever is down. */
export async function startLoad(world: World, options: { perSecond: number }): Promise<Load> {
  const agent = new Agent({ connections: 64, keepAliveTimeout: 4_000, headersTimeout: 40_000, bodyTimeout: 40_000 });
  const run = randomBytes(3).toString('hex');
  const sendings: Sending[] = [];
  const injected: Injected[] = [];
  const open = new Set<Promise<void>>();
  const numbers = world.users.flatMap((user) => user.numbers.map((number) => ({ user, number })));
  const features = await featuresOf(world);
  let during = 'calm';
  let urls: readonly string[] | undefined;
  let turn = 0;
  let count = 0;
  let isOver = false;

  const anyNumber = () => numbers[Math.floor(Math.random() * numbers.length)] as (typeof numbers)[number];
  function next(kind: SendKind, { user, number } = anyNumber()): Sending {
    const n = ++count;
    const text = `${run}-${n} ${kind}`;
    const sending: Sending = {
      text,
      kind,
      during,
      user,
      number,
      // Endings of four zeros mean something to a sandbox.
      to: `62811${String(n).padStart(5, '0')}7`,
      startedAt: Date.now(),
      answers: [],
      ...(kind === 'idempotent' ? { key: `key-${run}-${n}` } : {}),
    };
    sendings.push(sending);
    return sending;
  }

  async function send(sending: Sending): Promise<void> {
    const { kind } = sending;
    if (kind === 'twin') await Promise.all([ask(sending), ask(sending)]);
    else await ask(sending);
    if (sending.key === undefined) return;
    for (let n = 1; n < repeatsMax && !isFinal(sending.answers.at(-1)) && !isOver; n++) {
      await pause(250);
      await ask(sending);
    }
  }

  async function ask(sending: Sending): Promise<void> {
    const bases = urls ?? world.apis.map(({ url }) => url);
    const base = bases[turn++ % bases.length] ?? '';
    const isMedia = sending.kind === 'media';
    const body = {
      token: sending.number.token,
      number: sending.to,
      ...(isMedia ? { mediaType: 'image', mediaBase64: pixel, caption: sending.text } : { text: sending.text }),
      ...(sending.kind === 'async' ? { async: true } : {}),
      ...(sending.kind === 'scheduled' ? { send_at: new Date(Date.now() + 3_000).toISOString() } : {}),
    };
    sending.answers.push(
      await post(base, `/api/messages/${isMedia ? 'send-media' : 'send-text'}`, body, {
        'x-api-key': sending.user.apiKey,
        ...(sending.key === undefined ? {} : { 'idempotency-key': sending.key }),
      }),
    );
  }

  async function post(via: string, path: string, body: object, headers: Record<string, string>): Promise<SendAnswer> {
    try {
      const answer = await request(via + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        dispatcher: agent,
      });
      const text = await answer.body.text();
      const { code, message_id } = parse(text);
      return {
        via,
        at: Date.now(),
        status: answer.statusCode,
        ...(typeof code === 'string' ? { code } : {}),
        ...(typeof message_id === 'string' ? { messageId: message_id } : {}),
      };
    } catch (error) {
      return { via, at: Date.now(), error: String((error as { code?: string }).code ?? error) };
    }
  }

  async function receive(): Promise<void> {
    const n = ++count;
    const { user, number } = anyNumber();
    const waId = `3A${run}${n}`.toUpperCase();
    const entry: Injected = { waId, user, number, during, at: Date.now() };
    const message = { from: `62822${String(n).padStart(6, '0')}`, text: `hello ${waId}`, id: waId };
    if (await number.backend.receive(number.backendName, message)) injected.push(entry);
  }

  const kinds = mixOf(features);
  const timer = setInterval(() => {
    if (open.size >= underWayMax) return;
    const nth = count;
    const kind = kinds[nth % kinds.length];
    const work = (kind === 'receive' || kind === undefined ? receive() : send(next(kind))).finally(() =>
      open.delete(work),
    );
    open.add(work);
  }, 1_000 / options.perSecond);

  return {
    sendings,
    injected,
    features,
    during(fault) {
      during = fault;
    },
    underWay: () => open.size,
    through(next) {
      urls = next;
    },
    async works() {
      const sent = await Promise.all(
        numbers.map(async (number) => {
          const probe = next('sync', number);
          await ask(probe);
          const { status, code, error } = probe.answers.at(-1) ?? {};
          return status === 200 ? '' : `number ${number.number.id}: ${status ?? error} ${code ?? ''}`;
        }),
      );
      const failed = sent.filter((answer) => answer !== '');
      if (failed.length > 0) throw new Error(failed.join(', '));
      return true;
    },
    async stop() {
      clearInterval(timer);
      isOver = true;
      while (open.size > 0) await Promise.all(open);
      await agent.close();
    },
  };
}

/** In turn, so that every fault meets every kind. */
function mixOf(features: Features): (SendKind | 'receive')[] {
  const always: (SendKind | 'receive')[] = ['sync', 'receive', 'sync', 'receive', 'twin', 'media', 'receive'];
  return [
    ...always,
    ...(features.async ? (['async', 'receive', 'async', 'scheduled', 'async'] as const) : []),
    ...(features.idempotency ? (['idempotent', 'receive', 'idempotent'] as const) : []),
  ];
}

/** Whether a repetition could bring anything else. */
function isFinal(answer: SendAnswer | undefined): boolean {
  const { status, code } = answer ?? {};
  if (status === undefined || status === 409 || status === 429) return false;
  return status < 500 || code === 'outcome_unknown';
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
