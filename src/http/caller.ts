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

declare module 'fastify' {
  interface FastifyContextConfig {
    auth?: RouteAuth;
    /** Counted in api_requests; on by default. */
    record?: boolean;
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
}
