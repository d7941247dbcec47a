import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { type Static, type TSchema, Type } from 'typebox';
import { callerOf } from '../../http/authenticate.ts';
import type { Caller } from '../../http/caller.ts';
import type { KnownProblemCode } from '../../http/problem-codes.ts';
import { problems } from '../../http/problem-details.ts';

/** What a group of operations is called in the API document. */
export type Group = 'auth' | 'sessions' | 'instances' | 'messages' | 'webhooks' | 'account' | 'analytics';

/** One request, its parts checked by the schemas of its operation. */
export type Call<Params extends TSchema, Query extends TSchema, Body extends TSchema> = {
  request: FastifyRequest;
  reply: FastifyReply;
  params: Static<Params>;
  query: Static<Query>;
  body: Static<Body>;
  /** Only where the operation asks for a caller. */
  readonly caller: Caller;
  readonly userId: number;
};

export type Operation<Params extends TSchema, Query extends TSchema, Body extends TSchema, Data extends TSchema> = {
  summary: string;
  description?: string;
  /** `user` unless said. */
  auth?: 'none' | 'user';
  params?: Params;
  query?: Query;
  headers?: TSchema;
  body?: Body;
  bodyLimit?: number;
  data: Data;
  /** The statuses of success, the usual one first; 200 unless said. */
  statuses?: readonly [200 | 201 | 202, ...(200 | 201 | 202)[]];
  /** The sentence beside the data. */
  message?: string;
  problems?: readonly KnownProblemCode[];
};

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Registers operations of one group: what `run` gives goes out as `{success: true, data}`. It sets another status than
 * the usual one by the reply.
 */
export function createOperations(app: FastifyInstance, group: Group) {
  return function operation<
    Data extends TSchema,
    Params extends TSchema = TSchema,
    Query extends TSchema = TSchema,
    Body extends TSchema = TSchema,
  >(
    method: Method,
    url: `/${string}`,
    described: Operation<Params, Query, Body, Data>,
    run: (call: Call<Params, Query, Body>) => Promise<Static<Data>>,
  ): void {
    const { auth = 'user', body, statuses = [200], bodyLimit, message } = described;
    const answer = Type.Object({
      success: Type.Literal(true),
      ...(message === undefined ? {} : { message: Type.String({ examples: [message] }) }),
      data: described.data,
    });
    const schema: FastifySchema = {
      tags: [tagOf(group)],
      summary: described.summary,
      ...(described.description === undefined ? {} : { description: described.description }),
      ...(described.params === undefined ? {} : { params: described.params }),
      ...(described.query === undefined ? {} : { querystring: described.query }),
      ...(described.headers === undefined ? {} : { headers: described.headers }),
      ...(body === undefined ? {} : { body }),
      response: {
        ...Object.fromEntries(statuses.map((status) => [status, answer])),
        ...problems({ auth, body: body !== undefined }, ...(described.problems ?? [])),
      },
    };
    app.route({
      method,
      url,
      config: { auth },
      ...(bodyLimit === undefined ? {} : { bodyLimit }),
      schema,
      async handler(request, reply) {
        reply.code(statuses[0]);
        const data = await run(callOf(request, reply));
        return reply.send({ success: true, ...(message === undefined ? {} : { message }), data });
      },
    });
  };
}

/** The tag of a group, which the API document describes. */
export function tagOf(group: Group): string {
  return `Sessions API: ${group}`;
}

export function callOf<Params extends TSchema, Query extends TSchema, Body extends TSchema>(
  request: FastifyRequest,
  reply: FastifyReply,
): Call<Params, Query, Body> {
  return {
    request,
    reply,
    params: request.params as Static<Params>,
    query: request.query as Static<Query>,
    body: request.body as Static<Body>,
    get caller() {
      return callerOf(request);
    },
    get userId() {
      return callerOf(request).userId;
    },
  };
}
