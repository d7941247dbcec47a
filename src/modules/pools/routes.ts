import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import { problems } from '../../http/problem-details.ts';
import type { Pools } from './index.ts';
import { ChangePoolBody, CreatePoolBody, ManyPools, OnePool, PoolDeleted, PoolParams, viewOf } from './schemas.ts';

const tags = ['Pools'];
const config = { auth: 'user' } as const;
const writing = { auth: 'user', body: true } as const;
const reading = { auth: 'user', body: false } as const;

/** Phone numbers that send in turn. */
export function registerPoolRoutes(instance: FastifyInstance, { pools }: { pools: Pools }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.post(
    '/api/pools',
    {
      config,
      schema: {
        tags,
        summary: 'Make a pool of phone numbers',
        description: 'Sends that name it in `pool`, in place of `token`, leave from its numbers in turn.',
        body: CreatePoolBody,
        response: { 201: OnePool, ...problems(writing, 'not_found', 'pool_name_taken', 'pool_limit') },
      },
    },
    async (request, reply) => {
      const { name, strategy = 'round_robin', phone_number_ids: phoneNumberIds } = request.body;
      const pool = await pools.create(callerOf(request).userId, { name, strategy, phoneNumberIds });
      reply.code(201);
      return { success: true as const, pool: viewOf(pool) };
    },
  );

  app.get(
    '/api/pools',
    { config, schema: { tags, summary: 'Your pools, by name', response: { 200: ManyPools, ...problems(reading) } } },
    async (request) => {
      const all = await pools.list(callerOf(request).userId);
      return { success: true as const, pools: all.map(viewOf) };
    },
  );

  app.get(
    '/api/pools/:id',
    {
      config,
      schema: {
        tags,
        summary: 'One pool and the state of its phone numbers',
        params: PoolParams,
        response: { 200: OnePool, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const pool = await pools.get(callerOf(request).userId, request.params.id);
      return { success: true as const, pool: viewOf(pool) };
    },
  );

  app.patch(
    '/api/pools/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Change a pool',
        description: 'What is left out stays. Holds for sends within a second.',
        params: PoolParams,
        body: ChangePoolBody,
        response: { 200: OnePool, ...problems(writing, 'not_found', 'pool_name_taken') },
      },
    },
    async (request) => {
      const { phone_number_ids: phoneNumberIds, ...change } = request.body;
      const pool = await pools.change(callerOf(request).userId, request.params.id, {
        ...change,
        ...(phoneNumberIds === undefined ? {} : { phoneNumberIds }),
      });
      return { success: true as const, pool: viewOf(pool) };
    },
  );

  app.delete(
    '/api/pools/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Delete a pool',
        description: 'Its phone numbers stay; sends that name it are refused within a second.',
        params: PoolParams,
        response: { 200: PoolDeleted, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      await pools.delete(callerOf(request).userId, request.params.id);
      return { success: true as const, message: 'The pool is deleted; its phone numbers stay.' };
    },
  );
}
