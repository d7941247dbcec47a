import AjvCompiler from '@fastify/ajv-compiler';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../platform/errors.ts';

/**
 * Bodies and headers are taken literally: no coercion, nothing removed, unknown properties refused by the schemas.
 * Query strings and path parameters are text on the wire, so their numbers and booleans are read out of it. None may hold
 * U+0000, which Postgres does not take.
 */
export function registerValidation(app: FastifyInstance): void {
  const factory = AjvCompiler();
  const shared = { removeAdditional: false, useDefaults: false, allErrors: false, strict: false } as const;
  const literal = factory({}, { customOptions: { ...shared, coerceTypes: false } });
  const fromText = factory({}, { customOptions: { ...shared, coerceTypes: true } });
  app.setValidatorCompiler((route) =>
    route.httpPart === 'querystring' || route.httpPart === 'params' ? fromText(route) : literal(route),
  );
  app.addHook('preValidation', async ({ url, is404 }) => {
    if (is404 || !url.includes('%00')) return;
    throw new DomainError('invalid_request', 'The URL holds U+0000.', { kind: 'invalid' });
  });
}
