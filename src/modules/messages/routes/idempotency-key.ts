import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../../platform/errors.ts';
import type { IdempotencyKey } from '../accept/idempotency-keys-repository.ts';

const plainKey = /^[\x21-\x7e]{1,255}$/;
// The form of the header's draft standard: the key in quotation marks, with those inside it escaped.
const quotedKey = /^"((?:[\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/;

/**
 * The request's `Idempotency-Key`, if it has one, with the fingerprint of what it asks for: the route, its parameters
 * and the parsed body (which names an upload by its hash), whatever the order of its fields. Throws `invalid_request`.
 */
export function readIdempotencyKey(request: FastifyRequest): IdempotencyKey | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = typeof header === 'string' ? keyIn(header) : undefined;
  if (key === undefined) throw invalidKey();
  const { url: route = '' } = request.routeOptions;
  const asked = canonical([route, request.params ?? {}, request.body ?? null]);
  return { route, key, fingerprint: createHash('sha256').update(asked).digest() };
}

function keyIn(header: string): string | undefined {
  if (!header.startsWith('"')) return plainKey.test(header) ? header : undefined;
  const key = quotedKey.exec(header)?.[1]?.replace(/\\(["\\])/g, '$1');
  return key !== undefined && plainKey.test(key) ? key : undefined;
}

/** JSON text in which the order of fields does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

function invalidKey(): DomainError {
  return new DomainError(
    'invalid_request',
    'headers: idempotency-key must be 1 to 255 visible ASCII characters, in quotation marks or without.',
    { kind: 'invalid' },
  );
}
