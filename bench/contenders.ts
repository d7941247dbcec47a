import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadRequest } from './load.ts';
import { type Cluster, query } from './postgres.ts';
import {
  eventually,
  freePort,
  type Ground,
  type Helper,
  type Running,
  startHelper,
  startProgram,
} from './processes.ts';

/** Something that is put under load: what to send it, and how it is told apart from a lie. */
export type Contender = Running & {
  url: string;
  requests: LoadRequest[];
  /** Whether each request carries an Idempotency-Key of its own. */
  withKeys?: boolean;
  /** Compares what was kept with the 2xx answered since the start; resolves with what does not agree, in words. */
  disagreements(answered: Answered): Promise<string[]>;
  /** What it keeps of each send, for the report. */
  counted: string;
  /** Its database's name, where it has one. */
  database?: string;
};
export type Answered = { ok: number; all: number };

/** Where the backend was told to call about an instance. */
export type Webhook = { name: string; url?: string; headers?: Record<string, string> };
type Told = { port?: number; sent?: number; webhooks?: Webhook[] };
export type Backend = Helper<Told> & {
  url: string;
  apiKey: string;
  sent(): Promise<number>;
  webhooks(): Promise<Webhook[]>;
};
export type Line = { instance: string; token: string; apiKey: string };

export const BACKEND_DELAY_MS = 2;

export async function startBackend(ground: Ground): Promise<Backend> {
  const apiKey = 'bench-backend-key';
  const helper = startHelper<Told>(ground, {
    name: 'backend',
    file: new URL('./backend.ts', import.meta.url),
    job: { apiKey, delayMs: BACKEND_DELAY_MS },
  });
  const { port } = await helper.next();
  const sent = async () => {
    helper.say({ ask: 'sent' });
    return (await helper.next()).sent ?? Number.NaN;
  };
  const webhooks = async () => {
    helper.say({ ask: 'webhooks' });
    return (await helper.next()).webhooks ?? [];
  };
  return { ...helper, url: `http://127.0.0.1:${port}`, apiKey, sent, webhooks };
}

/** Lines on the backend for those contenders that create none themselves. */
export async function createLines(backend: Backend, count: number): Promise<Line[]> {
  const lines = Array.from({ length: count }, (_, index) => ({
    instance: `bench-${index}`,
    token: `bench-token-${index}-0123456789abcdef`,
    apiKey: `bench-user-key-${index % 8}-0123456789abcdef`,
  }));
  for (const line of lines) {
    const answer = await fetch(`${backend.url}/instance/create`, {
      method: 'POST',
      headers: { apikey: backend.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify({ instanceName: line.instance, integration: 'EVOLUTION', token: line.token }),
    });
    if (answer.status !== 201) throw new Error(`The backend refused to create an instance: ${await answer.text()}`);
  }
  return lines;
}

export function direct(backend: Backend, lines: Line[]): Contender {
  const kept = async () => undefined;
  return {
    ...backend,
    name: 'direct',
    requests: evolutionRequests(backend, lines),
    ...countsNothing,
    [Symbol.asyncDispose]: kept,
  };
}

const nginxPath = '/usr/sbin/nginx';
export const nginxMissing = () => !existsSync(nginxPath);

export async function startNginx(ground: Ground, backend: Backend, lines: Line[]): Promise<Contender> {
  const port = await freePort();
  const settings = join(ground.scratch, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${ground.scratch}/nginx-${kind};`,
  );
  await writeFile(
    settings,
    `daemon off; worker_processes 1; pid ${ground.scratch}/nginx.pid; error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off; ${temporary.join(' ')}
  upstream backend { server ${new URL(backend.url).host}; keepalive 256; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port} backlog=1024; keepalive_requests 10000000;
    location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`,
  );
  const running = startProgram(ground, { name: 'nginx', command: nginxPath, args: ['-c', settings, '-e', 'stderr'] });
  const url = `http://127.0.0.1:${port}`;
  await eventually(ground, 'nginx answers', 10, () => fetch(url));
  return { ...running, url, requests: evolutionRequests(backend, lines), ...countsNothing };
}

export async function startForwarder(
  ground: Ground,
  backend: Backend,
  lines: Line[],
  execArgv: string[],
): Promise<Contender> {
  const helper = startHelper<{ port: number }>(ground, {
    name: 'forwarder',
    file: new URL('./forwarder.ts', import.meta.url),
    job: { backend: backend.url, apiKey: backend.apiKey, instances: lines.map((line) => [line.token, line.instance]) },
    execArgv,
  });
  const { port } = await helper.next();
  return { ...helper, url: `http://127.0.0.1:${port}`, requests: sendTextRequests(lines), ...countsNothing };
}

export async function startNaive(
  ground: Ground,
  cluster: Cluster,
  backend: Backend,
  lines: Line[],
  execArgv: string[],
): Promise<Contender> {
  await query(cluster.url('postgres'), 'create database naive');
  const database = cluster.url('naive');
  await query(database, naiveSchema);
  await query(database, "insert into users (email, api_key) select k || '@bench.test', k from unnest($1::text[]) k", [
    [...new Set(lines.map((line) => line.apiKey))],
  ]);
  await query(
    database,
    `insert into phone_numbers (user_id, token, instance_name)
     select u.id, t, i from unnest($1::text[], $2::text[], $3::text[]) l(k, t, i) join users u on u.api_key = k`,
    [lines.map((line) => line.apiKey), lines.map((line) => line.token), lines.map((line) => line.instance)],
  );
  const helper = startHelper<{ port: number }>(ground, {
    name: 'naive',
    file: new URL('./naive.ts', import.meta.url),
    job: { database, backend: backend.url, apiKey: backend.apiKey },
    execArgv,
  });
  const { port } = await helper.next();
  return {
    ...helper,
    url: `http://127.0.0.1:${port}`,
    requests: sendTextRequests(lines),
    counted: 'messages rows',
    database: 'naive',
    async disagreements({ ok }) {
      const [row] = await query<{ n: number }>(database, 'select count(*)::int as n from messages');
      return row?.n === ok ? [] : [`messages has ${row?.n} rows`];
    },
  };
}

/** Each line writes to a few recipients, as conversations do. */
export function sendTextRequests(lines: { token: string; apiKey: string }[]): LoadRequest[] {
  return eachRecipient(lines).map(({ line, number }) => ({
    path: '/api/messages/send-text',
    headers: { 'content-type': 'application/json', 'x-api-key': line.apiKey },
    body: JSON.stringify({ token: line.token, number, text }),
  }));
}

const text = 'Hello from the bench: your order 4711 is on its way.';
const countsNothing = { counted: '', disagreements: async () => [] };

function evolutionRequests(backend: Backend, lines: Line[]): LoadRequest[] {
  return eachRecipient(lines).map(({ line, number }) => ({
    path: `/message/sendText/${line.instance}`,
    headers: { 'content-type': 'application/json', apikey: backend.apiKey },
    body: JSON.stringify({ number, text }),
  }));
}

function eachRecipient<Line>(lines: Line[]): { line: Line; number: string }[] {
  return [0, 1, 2, 3].flatMap((recipient) =>
    lines.map((line, index) => ({ line, number: `62812${recipient}${String(index).padStart(7, '0')}` })),
  );
}

const naiveSchema = `
  create table users (id serial primary key, email text unique not null, api_key text unique not null,
    plan_type text not null default 'enterprise', created_at timestamptz not null default now());
  create table phone_numbers (id serial primary key, user_id integer not null references users, token text unique not null,
    instance_name text unique not null, status text not null default 'connected', created_at timestamptz not null default now());
  create table messages (id serial primary key, user_id integer not null references users,
    phone_number_id integer not null references phone_numbers, recipient text not null, body text not null,
    status text not null, whatsapp_id text, created_at timestamptz not null default now());
  create index on messages (user_id, created_at);`;
