import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyError, readBody } from './body.ts';
import type { Control } from './control.ts';
import { answerControl, CONTROL_PREFIX } from './control-routes.ts';
import { crashed, errorAnswer, parserAnswer, WireError } from './errors.ts';
import { answerWithFault, faultOf, latencyOf, strikesBefore } from './faults.ts';
import { guard, requireKey } from './guards.ts';
import type { LedgerCall } from './ledger.ts';
import { createRouter } from './router.ts';
import type { Answer, Call, Json } from './types.ts';
import type { World } from './world.ts';

/** One HTTP call from its first byte to its ledger entry. */
export function createHandler(
  world: World,
  control: Control,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const match = createRouter();

  return async (request, response) => {
    const started = world.clock.monotonicMs();
    const { method = 'GET', url = '/' } = request;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const search = mark < 0 ? '' : url.slice(mark + 1);
    if (method === 'OPTIONS') {
      preflight(request, response);
      return;
    }
    const key = request.headers.apikey;
    const call: Call = {
      method,
      path,
      url,
      query: search ? Object.fromEntries(new URLSearchParams(search)) : {},
      body: {},
      file: null,
      apikey: typeof key === 'string' ? key : undefined,
      host: request.headers.host ?? '',
      name: undefined,
    };

    if (path.startsWith(CONTROL_PREFIX)) {
      await controlled(call, request, response);
      return;
    }
    const entry = world.ledger.call({
      at: world.clock.now().toISOString(),
      method,
      url,
      apikey: 'none',
      body: null,
      outcome: 'pending',
      ms: 0,
    });
    const answer = await evolution(call, request);
    entry.apikey = keyKind(world, call);
    entry.body = brief(call.body);
    entry.outcome = answer.fault ?? answer.status;
    entry.ms = world.clock.monotonicMs() - started;
    respond(method, request, response, answer);
  };

  async function evolution(call: Call, request: IncomingMessage): Promise<Answer> {
    const route = `${call.method} ${call.path}`;
    try {
      Object.assign(call, await readBody(request, world.knobs.bodyLimitBytes));
      const latency = latencyOf(world.knobs, route);
      if (latency > 0) await world.timers.wait(latency);
      const fault = faultOf(world, route);
      if (strikesBefore(fault)) return { status: 500, body: null, fault };
      const answer = await routed(call);
      return fault ? { ...answer, fault } : answer;
    } catch (error) {
      if (error instanceof BodyError) return parserAnswer(error.status, error.message);
      if (error instanceof WireError) return errorAnswer(error);
      return errorAnswer(crashed(error instanceof Error ? error.message : String(error)));
    }
  }

  async function routed(call: Call): Promise<Answer> {
    const found = match(call.method === 'HEAD' ? 'GET' : call.method, call.path);
    if (!found) throw new WireError(404, [`Cannot ${call.method} ${call.url}`]);
    call.name = found.name;
    if (found.route.guards === 'full') guard(world, call);
    if (found.route.guards === 'key') requireKey(world, call);
    return found.route.handle(world, call);
  }

  async function controlled(call: Call, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (call.apikey !== world.apiKey) throw new WireError(401, 'Unauthorized');
      Object.assign(call, await readBody(request, world.knobs.bodyLimitBytes));
      send(response, await answerControl(control, call));
    } catch (error) {
      send(response, error instanceof WireError ? errorAnswer(error) : { status: 400, body: { error: String(error) } });
    }
  }
}

function keyKind(world: World, call: Call): LedgerCall['apikey'] {
  if (call.apikey === undefined) return 'none';
  if (call.apikey === world.apiKey) return 'global';
  return call.name !== undefined && world.rows.get(call.name)?.token === call.apikey ? 'token' : 'other';
}

/** Long texts, media above all, would fill the ledger. */
function brief(body: Json): Json {
  const isLong = (value: unknown): value is string => typeof value === 'string' && value.length > longestKept;
  if (!Object.values(body).some(isLong)) return body;
  // A slice alone would keep the whole text in memory behind it.
  const beginningOf = (text: string) => Buffer.from(text.slice(0, 100)).toString();
  const cut = (value: unknown) => (isLong(value) ? `${beginningOf(value)}… ${value.length} characters` : value);
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, cut(value)]));
}

const longestKept = 4096;

function respond(method: string, request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const origin = request.headers.origin;
  if (origin) response.setHeader('access-control-allow-origin', origin);
  if (answer.fault) {
    answerWithFault(response, answer.fault, answer);
    return;
  }
  send(response, answer, method === 'HEAD');
}

function send(response: ServerResponse, answer: Answer, headOnly = false): void {
  const plain = typeof answer.body === 'string';
  const text = plain ? String(answer.body) : JSON.stringify(answer.body);
  const headers: Json = {
    'content-type': plain ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'access-control-allow-credentials': 'true',
  };
  response.writeHead(answer.status, headers as Record<string, string | number>).end(headOnly ? undefined : text);
}

function preflight(request: IncomingMessage, response: ServerResponse): void {
  const headers: Record<string, string> = { 'access-control-allow-credentials': 'true', 'content-length': '0' };
  if (request.headers.origin) headers['access-control-allow-origin'] = request.headers.origin;
  response.writeHead(204, headers).end();
}
