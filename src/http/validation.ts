import AjvCompiler from '@fastify/ajv-compiler';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../platform/errors.ts';

/**
 * Bodies are taken literally: no coercion, nothing removed, unknown properties refused by the schemas.
 * Query strings and path parameters are text on the wire, so their numbers and booleans are read out of it. None may hold
 * U+0000, which Postgres does not take.
 */
export function registerValidation(app: FastifyInstance): void {
  const factory = AjvCompiler();
  const shared = { removeAdditional: false, useDefaults: false, allErrors: false, strict: false } as const;
  const literal = factory({}, { customOptions: { ...shared, coerceTypes: false } });
  const fromText = factory({}, { customOptions: { ...shared, coerceTypes: true } });
  app.setValidatorCompiler((route) => {
    // Schemas of headers are for the API document: whoever reads a header checks it himself.
    if (route.httpPart === 'headers') return () => true;
    return route.httpPart === 'querystring' || route.httpPart === 'params' ? fromText(route) : literal(route);
  });
  app.addHook('preValidation', ({ url, is404 }, _reply, done) => {
    if (is404 || !url.includes('%00')) done();
    else done(new DomainError('invalid_request', 'The URL holds U+0000.', { kind: 'invalid' }));
  });
}
