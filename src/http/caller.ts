import type { FastifyRequest } from 'fastify';

/** Who is calling, as the authentication found out; a route reads it by `callerOf(request)`. */
export type Caller = {
  userId: number;
  role: 'user' | 'operator';
  /** A suspended user may only read: every method but GET is refused. */
  status: 'active' | 'suspended';
  requestsPerMinute: number;
  maxMessagesPerDay: number;
  /** The login session behind a bearer token; null where the API key was presented. */
  sessionId: string | null;
};

/**
 * Every route declares one: `none` asks nobody, `user` any caller, `operator` an operator (a user gets the answer of a
 * missing route), `own` means that the route's handler authenticates by itself.
 */
export type RouteAuth = 'none' | 'user' | 'operator' | 'own';

/**
 * Finds the caller of a route that has a way of its own to say who calls. Undefined: nothing was presented; null: what
 * was presented is nobody's.
 */
export type Identify = (request: FastifyRequest) => Promise<Caller | null> | undefined;

declare module 'fastify' {
  interface FastifyContextConfig {
    auth?: RouteAuth;
    /** In place of `x-api-key` and `Authorization`. */
    identify?: Identify;
    /** The foreign contract that this route is of; its routes are not in the API document. */
    dialect?: string;
    /** Counted in api_requests; on by default. */
    record?: boolean;
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
}
