import type { FastifyInstance } from 'fastify';
import { holdsIllFormedText } from '../../http/json-body.ts';
import { badRequest } from './errors.ts';
import { isRecord } from './values.ts';

const fieldsMax = 1_000;
const depthMax = 5;

/** Bodies beside JSON: forms become objects (`webhook[url]=…`, `events[]=…`), all others count as none. */
export function readOtherBodies(scope: FastifyInstance): void {
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: unknown, body: string) => formOf(body),
  );
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, async () => undefined);
}

/** The values of a form are texts, whatever they look like. */
export function formOf(text: string): Record<string, unknown> {
  if (text.split('&', fieldsMax + 1).length > fieldsMax) throw badRequest(`more than ${fieldsMax} fields`);
  const form: Record<string, unknown> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) put(form, partsOf(name), value);
  if (holdsIllFormedText(form)) throw badRequest('U+0000 in a form');
  return form;
}

// `a[b][]` is a, b and the end of a list.
function partsOf(name: string): string[] {
  const [head = '', ...inner] = name.split('[');
  const isNested = inner.length > 0 && inner.length < depthMax && inner.every((part) => part.endsWith(']'));
  return isNested ? [head, ...inner.map((part) => part.slice(0, -1))] : [name];
}

function put(into: Record<string, unknown>, [name = '', ...inner]: string[], value: string): void {
  const before = into[name];
  if (inner.length === 0) {
    into[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  } else if (inner.length === 1 && /^\d*$/.test(inner[0] ?? '')) {
    into[name] = [...(Array.isArray(before) ? before : []), value];
  } else {
    const next: Record<string, unknown> = isRecord(before) ? before : Object.create(null);
    into[name] = next;
    put(next, inner, value);
  }
}
