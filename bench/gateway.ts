import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Answered, type Backend, type Contender, sendTextRequests } from './contenders.ts';
import { type Cluster, query } from './postgres.ts';
import { eventually, freePort, type Ground, startProgram } from './processes.ts';

const users = 8;
const numbersPerUser = 4;

export type GatewayStart = {
  ground: Ground;
  cluster: Cluster;
  backend: Backend;
  /** Also its database's; `keyed` sends an Idempotency-Key with every request. */
  name: 'gateway' | 'keyed' | 'former';
  /** The checkout whose gateway it is. */
  root: string;
  execArgv: string[];
};

/** The gateway as an operator would start it, nothing switched off; only the plan's limits are out of the way. */
export async function startGateway(start: GatewayStart): Promise<Contender> {
  const { ground, cluster, backend, name, root, execArgv } = start;
  await query(cluster.url('postgres'), `create database ${name}`);
  const database = cluster.url(name);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const running = startProgram(ground, {
    name,
    command: process.execPath,
    args: [...execArgv, join(root, 'src/bin/gateway.ts')],
    // In the scratch folder, so that no .env of the working copy has a say.
    cwd: ground.scratch,
    env: {
      NODE_ENV: 'production',
      PORT: String(port),
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      ROLE: 'all',
      DATABASE_URL: database,
      DATA_DIR: join(ground.scratch, `${name}-data`),
      EVOLUTION_SERVERS: backend.url,
      EVOLUTION_API_KEY: backend.apiKey,
      JWT_SECRET: 'bench-only-jwt-secret-0123456789abcdef',
      ENCRYPTION_KEY: 'bench-only-encryption-key-0123456789abcdef',
      SIGNUP_PLANS: 'enterprise',
      PLAN_OVERRIDES: JSON.stringify({
        enterprise: {
          max_phone_numbers: 1000,
          max_messages_per_day: 2_000_000_000,
          requests_per_minute: 2_000_000_000,
        },
      }),
    },
  });
  try {
    await eventually(ground, 'the gateway is healthy', 60, async () => {
      const health: { instances?: { healthy: number } } = await callApi(url, 'GET', '/health');
      if (health.instances?.healthy !== 1) throw new Error(`/health says ${JSON.stringify(health)}`);
    });
    const lines = await signUp(ground, url);
    return {
      ...running,
      url,
      requests: sendTextRequests(lines),
      withKeys: name === 'keyed',
      database: name,
      counted: 'messages, usage, message_stats, api_requests',
      disagreements: (answered) => settledDisagreements(database, answered),
    };
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}

export const gatewayMissing = (root: string) => !existsSync(join(root, 'src/bin/gateway.ts'));

type User = { user: { api_key: string } };
type Created = { phone_number: { id: number; token: string } };
type Status = { phone_number?: { status: string }; status?: string };

async function signUp(ground: Ground, url: string) {
  const lines: { token: string; apiKey: string; id: number }[] = [];
  for (let index = 0; index < users; index++) {
    const { user } = await callApi<User>(url, 'POST', '/api/auth/register', undefined, {
      email: `bench-${index}@example.com`,
      password: 'bench-only-password',
      full_name: `Bench ${index}`,
      plan_type: 'enterprise',
    });
    for (let n = 0; n < numbersPerUser; n++) {
      const created = await callApi<Created>(url, 'POST', '/api/phone-numbers/create', user.api_key, {
        display_name: `Bench ${n}`,
      });
      lines.push({ token: created.phone_number.token, apiKey: user.api_key, id: created.phone_number.id });
    }
  }
  for (const line of lines) {
    await eventually(ground, 'a phone number connects', 30, async () => {
      const answer = await callApi<Status>(url, 'GET', `/api/phone-numbers/${line.id}/status`, line.apiKey);
      const status = answer.phone_number?.status ?? answer.status;
      if (status !== 'connected') throw new Error(`its status is ${status}`);
    });
  }
  return lines;
}

async function callApi<T>(url: string, method: string, path: string, apiKey?: string, body?: object): Promise<T> {
  const answer = await fetch(url + path, {
    method,
    headers: { ...(apiKey && { 'x-api-key': apiKey }), ...(body && { 'content-type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

/** Statistics follow within moments of the answer; what does not agree after ten seconds never will. */
async function settledDisagreements(database: string, answered: Answered): Promise<string[]> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = await disagreements(database, answered);
    if (found.length === 0 || Date.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

type Counts = { sent: number; others: number; used: number; counted: number; requests: number };

async function disagreements(database: string, { ok, all }: Answered): Promise<string[]> {
  const [counts] = await query<Counts>(
    database,
    `select (select count(*)::int from messages where status = 'sent') as sent,
            (select count(*)::int from messages where status <> 'sent') as others,
            (select coalesce(sum(used), 0)::int from usage) as used,
            (select coalesce(sum(messages_sent), 0)::int from message_stats) as counted,
            (select count(*)::int from api_requests where method = 'POST' and endpoint = '/api/messages/send-text') as requests`,
  );
  if (counts === undefined) return ['the counts could not be read'];
  return [
    ...differs('messages with status sent', counts.sent, ok),
    // A refused request may leave a failed message behind; without one there is nothing to leave.
    ...(all === ok ? differs('messages with another status', counts.others, 0) : []),
    ...differs('usage.used', counts.used, ok),
    ...differs('message_stats.messages_sent', counts.counted, ok),
    ...differs('api_requests rows', counts.requests, all),
  ];
}

function differs(what: string, actual: number, expected: number): string[] {
  return actual === expected ? [] : [`${what}: ${actual}, expected ${expected}`];
}
