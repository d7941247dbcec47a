import type { ServerResponse } from 'node:http';
import type { Knobs } from './knobs.ts';
import type { Answer, Fault } from './types.ts';
import type { World } from './world.ts';

const hugeBytes = 32 * 1024 * 1024;
const dripEveryMs = 200;

/** The fault a call runs into by the knobs; it draws from the seeded row only where a rule applies. */
export function faultOf(world: World, route: string): Fault | undefined {
  const { failures, createFailureRatio, createFailureKind } = world.knobs;
  if (createFailureRatio > 0 && route.startsWith('POST /instance/create') && world.chance() < createFailureRatio) {
    return createFailureKind;
  }
  for (const rule of failures) {
    if (rule.probability > 0 && route.startsWith(rule.route) && world.chance() < rule.probability) return rule.kind;
  }
  return undefined;
}

export const strikesBefore = (fault: Fault | undefined): fault is Fault =>
  fault === 'http500-before' || fault === 'reset-before' || fault === 'hang';

export function latencyOf(knobs: Knobs, route: string): number {
  let best: [string, number] | undefined;
  for (const entry of Object.entries(knobs.latencyMsByRoute)) {
    if (route.startsWith(entry[0]) && entry[0].length >= (best?.[0].length ?? 0)) best = entry;
  }
  return best?.[1] ?? knobs.latencyMs;
}

/** Gives the answer its fault in place of the answer itself. */
export function answerWithFault(response: ServerResponse, fault: Fault, answer: Answer | undefined): void {
  switch (fault) {
    case 'http500-before':
    case 'http500-after': {
      const body = { status: 500, error: 'Internal Server Error', response: { message: 'Internal Server Error' } };
      response.writeHead(500, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
      return;
    }
    case 'reset-before':
    case 'reset-after':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
    case 'hang-after':
      return;
    case 'drip':
      drip(response, JSON.stringify(answer?.body ?? {}));
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body><h1>It works!</h1></body></html>');
      return;
    case 'huge':
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
      response.end(`"${'x'.repeat(hugeBytes)}"`);
      return;
    default:
      fault satisfies never;
  }
}

/** Bytes that come just often enough to keep a reader waiting; the last one never comes. */
function drip(response: ServerResponse, text: string): void {
  response.writeHead(201, { 'content-type': 'application/json; charset=utf-8', 'content-length': text.length + 1 });
  let sent = 0;
  const timer = setInterval(() => {
    if (sent < text.length) response.write(text[sent++]);
  }, dripEveryMs);
  response.on('close', () => clearInterval(timer));
}
