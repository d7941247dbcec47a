import AjvCompiler from '@fastify/ajv-compiler';
import type { FastifyInstance } from 'fastify';

/**
 * Bodies and headers are taken literally: no coercion, nothing removed, unknown properties refused by the schemas.
 * Query strings and path parameters are text on the wire, so their numbers and booleans are read out of it.
 */
export function registerValidation(app: FastifyInstance): void {
  const factory = AjvCompiler();
  const shared = { removeAdditional: false, useDefaults: false, allErrors: false, strict: false } as const;
  const literal = factory({}, { customOptions: { ...shared, coerceTypes: false } });
  const fromText = factory({}, { customOptions: { ...shared, coerceTypes: true } });
  app.setValidatorCompiler((route) =>
    route.httpPart === 'querystring' || route.httpPart === 'params' ? fromText(route) : literal(route),
  );
}
