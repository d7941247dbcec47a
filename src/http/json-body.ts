import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../platform/errors.ts';

/**
 * Reads JSON bodies strictly: well-formed UTF-8, no U+0000 and no lone surrogate in any string or key, no
 * `__proto__`. Postgres cannot hold such text, so it is refused at the door. An empty body counts as no body.
 */
export function registerJsonBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    if (!isUtf8(body)) {
      done(invalidJson('The body is not well-formed UTF-8.'), undefined);
      return;
    }
    const text = body.toString('utf8');
    void parse(request, text, (error, value) => {
      if (error !== null) done(invalidJson('The body is not well-formed JSON.'), undefined);
      else if (mayHoldIllFormedText(text) && holdsIllFormedText(value)) {
        done(invalidJson('The body holds U+0000 or a lone surrogate.'), undefined);
      } else done(null, value);
    });
  });
}

const suspicious = /\\u(?:0000|[dD][89a-fA-F])/;

function mayHoldIllFormedText(text: string): boolean {
  return suspicious.test(text);
}

/** Whether any key or string inside the value holds U+0000 or a lone surrogate. */
export function holdsIllFormedText(value: unknown): boolean {
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const current = waiting.pop();
    if (typeof current === 'string') {
      if (current.includes('\u0000') || !current.isWellFormed()) return true;
    } else if (Array.isArray(current)) {
      for (const item of current) waiting.push(item);
    } else if (current !== null && typeof current === 'object') {
      for (const [key, item] of Object.entries(current)) waiting.push(key, item);
    }
  }
  return false;
}

function invalidJson(sentence: string): DomainError {
  return new DomainError('invalid_json', sentence, { kind: 'invalid' });
}
