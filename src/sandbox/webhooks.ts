import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import type { Json, Live, WebhookRow } from './types.ts';
import { rowOf, type World } from './world.ts';

const permanentFailures = [400, 401, 403, 404, 422];
const firstWaitMs = 5000;
const longestWaitMs = 300_000;
const jitter = 0.2;

export type Webhooks = {
  emit(world: World, live: Live, event: string, data: unknown): Promise<void>;
  /** Calls under way are lost, as they are when a server stops. */
  abandon(): void;
  close(): Promise<void>;
};

/** Every call is a loop of its own: no queue, no order among calls, no limit, memory only. */
export function createWebhooks(): Webhooks {
  let agent = new Agent({ keepAliveTimeout: 4000, connect: { timeout: 10_000 } });
  let generation = 0;

  async function emit(world: World, live: Live, event: string, data: unknown): Promise<void> {
    const hook = rowOf(world, live)?.webhook;
    if (!hook || !world.knobs.webhooks || !subscribes(hook, event)) return;
    if (isDropped(world, event)) return;
    const body = JSON.stringify(envelope(world, live, hook, event, data));
    const target = hook.webhookByEvents ? `${hook.url}/${kebab(event)}` : hook.url;
    const call = { instance: live.name, event, url: target, headers: headersOf(world, hook), body };
    const copies = world.knobs.webhookDuplicates ? 2 : 1;
    await Promise.all(Array.from({ length: copies }, () => deliver(world, call)));
  }

  async function deliver(world: World, call: HookCall): Promise<void> {
    const born = generation;
    const { knobs } = world;
    if (knobs.webhookShuffleMs > 0) await world.timers.wait(knobs.webhookShuffleMs * world.identifiers.random());
    for (let attempt = 1; attempt <= knobs.webhookAttemptsMax && born === generation; attempt++) {
      const outcome = await post(agent, call, knobs.webhookTimeoutMs);
      if (born !== generation) return;
      world.ledger.hook({
        at: world.clock.now().toISOString(),
        instance: call.instance,
        event: call.event,
        url: call.url,
        attempt,
        outcome,
      });
      if (typeof outcome === 'number' && (outcome < 300 || permanentFailures.includes(outcome))) return;
      if (attempt < knobs.webhookAttemptsMax) await world.timers.wait(waitBefore(attempt + 1, world));
    }
  }

  return {
    emit,
    abandon() {
      generation++;
      const old = agent;
      agent = new Agent({ keepAliveTimeout: 4000, connect: { timeout: 10_000 } });
      void old.destroy();
    },
    async close() {
      generation++;
      await agent.destroy();
    },
  };
}

type HookCall = { instance: string; event: string; url: string; headers: Record<string, string>; body: string };

/** @returns the receiver's status or the error's code. */
async function post(agent: Agent, call: HookCall, timeoutMs: number): Promise<number | string> {
  try {
    const response = await request(call.url, {
      method: 'POST',
      headers: call.headers,
      body: call.body,
      dispatcher: agent,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    await response.body.dump();
    return response.statusCode;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

function waitBefore(attempt: number, world: World): number {
  const planned = Math.min(firstWaitMs * 2 ** (attempt - 2), longestWaitMs);
  const jittered = planned + planned * jitter * (world.identifiers.random() * 2 - 1);
  return Math.max(firstWaitMs, jittered) * world.knobs.webhookRetryFactor;
}

function subscribes(hook: WebhookRow, event: string): boolean {
  if (!hook.enabled || !/^https?:\/\//.test(hook.url)) return false;
  return hook.events.includes(event.replace(/[.-]/g, '_').toUpperCase());
}

function isDropped(world: World, event: string): boolean {
  const { webhookDropShare: share, webhookDropEvents: events } = world.knobs;
  return share > 0 && (events.length === 0 || events.includes(event)) && world.identifiers.random() < share;
}

const kebab = (event: string): string => event.replace(/[._]/g, '-').toLowerCase();

function envelope(world: World, live: Live, hook: WebhookRow, event: string, data: unknown): Json {
  const now = world.clock.now();
  // Local time that claims to be UTC: the receiver must not trust it.
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return {
    event,
    instance: live.name,
    data,
    destination: hook.url,
    date_time: local.toISOString(),
    ...(live.wuid ? { sender: live.wuid } : {}),
    server_url: world.url,
    apikey: live.token,
  };
}

function headersOf(world: World, hook: WebhookRow): Record<string, string> {
  const { jwt_key: key, ...own } = hook.headers ?? {};
  const headers: Record<string, string> = {
    accept: 'application/json, text/plain, */*',
    'content-type': 'application/json',
    'user-agent': 'axios/1.12.2',
    'accept-encoding': 'gzip, compress, deflate, br',
  };
  for (const [name, value] of Object.entries(own)) headers[name.toLowerCase()] = String(value);
  if (key !== undefined) headers.authorization = `Bearer ${token(world, String(key))}`;
  return headers;
}

/** The body is not covered by it: it proves who calls, not what is said. */
function token(world: World, key: string): string {
  const iat = Math.floor(world.clock.now().getTime() / 1000);
  const encode = (value: Json) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iat, exp: iat + 600, app: 'evolution', action: 'webhook' };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
