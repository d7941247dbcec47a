import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import type { Caller } from '../../http/caller.ts';
import type { PhoneNumbers, SendableNumber } from '../../modules/phone-numbers/index.ts';
import type { Callers } from './callers.ts';
import { badRequest, forbidden, noSuchInstance, unauthorized } from './errors.ts';
import { isRecord } from './values.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One request of somebody who is known by now. */
export type Call = {
  request: FastifyRequest;
  reply: FastifyReply;
  caller: Caller;
  /** An object always; empty where the body is none. */
  body: Record<string, unknown>;
  /** A query parameter that the route names; a repeated one is refused. Nothing else of a query is ever looked at. */
  query(name: string): string | undefined;
  /** The number that the presented token opens; undefined where the user's API key was presented. */
  opened: SendableNumber | undefined;
};

/** The same, about one of the caller's numbers; `name` is what answers call it. */
export type NumberCall = Call & { number: SendableNumber; name: string };

export type RouteOptions = {
  /** Of a good answer; 200 unless said. */
  status?: number;
  /** Bytes of a body, for the few routes that take large ones. */
  bodyLimit?: number;
  /** Where several routes share a scope with hooks of its own (multipart bodies). */
  scope?: FastifyInstance;
};

export type Routes = ReturnType<typeof createRoutes>;

/** The ways to add a route of this contract. Every path is there with and without a slash at its end. */
export function createRoutes(
  scope: FastifyInstance,
  deps: { callers: Callers; phoneNumbers: Pick<PhoneNumbers, 'named'>; config: FastifyContextConfig },
) {
  const { callers, phoneNumbers } = deps;

  function add(
    method: Method,
    path: string,
    config: FastifyContextConfig,
    handle: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
    options: RouteOptions = {},
  ): void {
    for (const url of path.endsWith('*') ? [path] : [path, `${path}/`]) {
      (options.scope ?? scope).route({
        method,
        url,
        config: { ...deps.config, ...config },
        schema: { hide: true },
        ...(options.bodyLimit === undefined ? {} : { bodyLimit: options.bodyLimit }),
        async handler(request, reply) {
          const answer = await handle(request, reply);
          // Not every answer is an object: "nothing set" is null there.
          return reply
            .code(options.status ?? 200)
            .type('application/json; charset=utf-8')
            .send(JSON.stringify(answer));
        },
      });
    }
  }

  const known: FastifyContextConfig = { auth: 'user', identify: callers.identify };

  function callOf(request: FastifyRequest, reply: FastifyReply): Call {
    const { body } = request;
    return {
      request,
      reply,
      caller: callerOf(request),
      body: isRecord(body) ? body : {},
      query: (name) => queryOf(request, name),
      opened: callers.openedBy(request),
    };
  }

  async function numberOf(call: Call): Promise<SendableNumber> {
    const { instanceName: asked = '' } = call.request.params as { instanceName?: string };
    const { opened, caller } = call;
    if (opened === undefined) {
      const number = await phoneNumbers.named(caller.userId, asked);
      if (number !== undefined) return number;
    } else if (asked === opened.alias || asked === opened.instanceName) return opened;
    throw noSuchInstance(asked);
  }

  return {
    /** About the number in the path (`:instanceName`): for its token, and for its user's API key. */
    ofNumber(
      method: Method,
      path: string,
      handle: (call: NumberCall) => Promise<unknown>,
      options?: RouteOptions,
    ): void {
      const work = async (request: FastifyRequest, reply: FastifyReply) => {
        const call = callOf(request, reply);
        const number = await numberOf(call);
        return handle({ ...call, number, name: nameOnWire(number) });
      };
      add(method, path, known, work, options);
    },

    /** For a user's API key; a number's token opens it where `tokensToo` says so. */
    ofUser(
      method: Method,
      path: string,
      handle: (call: Call) => Promise<unknown>,
      options: RouteOptions & { tokensToo?: boolean } = {},
    ): void {
      const work = async (request: FastifyRequest, reply: FastifyReply) => {
        const call = callOf(request, reply);
        if (call.opened !== undefined && options.tokensToo !== true) throw unauthorized();
        return handle(call);
      };
      add(method, path, known, work, options);
    },

    /** Answered 403 with a reason, to callers who are known; to anybody where that server asks nobody. */
    refused(method: Method, path: string, reason: string, { asksNobody = false } = {}): void {
      add(method, path, asksNobody ? { auth: 'none' } : known, async () => {
        throw forbidden(reason);
      });
    },
  };
}

/** What answers call a number. */
export function nameOnWire({ alias, instanceName }: Pick<SendableNumber, 'alias' | 'instanceName'>): string {
  return alias ?? instanceName;
}

function queryOf(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name];
  if (Array.isArray(value)) throw badRequest(`${name} is given more than once`);
  return typeof value === 'string' ? value : undefined;
}
