import { Agent, request } from 'undici';
import type { HourNumber, World } from './world.ts';

/** One message as a user asked for it. */
export type Sent = { text: string; numberId: number; at: number; ms: number; status: number; code: string };
/** One message that a server was told to receive. */
export type Received = { text: string; numberId: number; at: number };

export type Load = {
  sent: Sent[];
  received: Received[];
  stop(): Promise<void>;
};

const waitMs = 25_000;

/** Sends of all numbers in turn at a steady rate, and messages that come in for them, until so many were sent or it is stopped. */
export function startLoad(world: World, options: { perSecond: number; receivedPerSecond: number; most: number }): Load {
  const agent = new Agent({ connections: 64, keepAliveTimeout: 4_000, headersTimeout: waitMs, bodyTimeout: waitMs });
  const sent: Sent[] = [];
  const received: Received[] = [];
  const open = new Set<Promise<void>>();
  const busy = new Set<number>();
  let turn = 0;
  let count = 0;

  /** The next whose last send has been answered. */
  function next(): HourNumber | undefined {
    for (let tries = 0; tries < world.numbers.length; tries++) {
      const number = world.numbers[turn++ % world.numbers.length];
      if (number !== undefined && !busy.has(number.id)) return number;
    }
    return undefined;
  }
  async function send(): Promise<void> {
    const number = next();
    if (number === undefined) return;
    const n = count++;
    const text = `hour ${n}`;
    const at = Date.now();
    const startedAt = performance.now();
    busy.add(number.id);
    const { status, code } = await post(number, text, n).catch((error) => ({ status: 0, code: String(error.code) }));
    busy.delete(number.id);
    sent.push({ text, numberId: number.id, at, ms: performance.now() - startedAt, status, code });
  }
  async function post(number: HourNumber, text: string, n: number): Promise<{ status: number; code: string }> {
    const answer = await request(`${world.apiUrls[n % world.apiUrls.length]}/api/messages/send-text`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': number.apiKey },
      // Endings of four zeros mean something to a sandbox.
      body: JSON.stringify({ token: number.token, number: `62811${String(n).padStart(5, '0')}7`, text }),
      dispatcher: agent,
    });
    const { code = '' } = (await answer.body.json()) as { code?: string };
    return { status: answer.statusCode, code };
  }
  async function receive(): Promise<void> {
    const number = world.numbers[Math.floor(Math.random() * world.numbers.length)];
    if (number === undefined) return;
    const place = world.places.all().findLast(({ numberId }) => numberId === number.id);
    const sandbox = world.sandboxes.find(({ url }) => url === place?.url);
    if (place === undefined || sandbox === undefined) return;
    const text = `in ${received.length} ${Date.now()}`;
    const at = Date.now();
    const path = `/__sandbox/instances/${place.name}/receive`;
    const done = await sandbox.ask('POST', path, { from: '62822123457', text });
    if (done !== undefined) received.push({ text, numberId: number.id, at });
  }
  const keep = (work: Promise<void>) => {
    const kept = work.finally(() => open.delete(kept));
    open.add(kept);
  };
  const sends = setInterval(() => {
    if (count < options.most) keep(send());
  }, 1_000 / options.perSecond);
  const receives = setInterval(() => keep(receive()), 1_000 / options.receivedPerSecond);
  return {
    sent,
    received,
    async stop() {
      clearInterval(sends);
      clearInterval(receives);
      while (open.size > 0) await Promise.all(open);
      await agent.close();
    },
  };
}
