import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { problems } from '../../http/problem-details.ts';
import type { Admin } from './index.ts';
import { actorOf, config, reading, tags, writing } from './operator-routes.ts';
import {
  ChangeBackendBody,
  IdParams,
  JoinBody,
  ManyBackends,
  OneBackend,
  RemovedBackend,
  RemoveQuery,
} from './schemas.ts';
import { backendView } from './views.ts';

const capacityUsual = 500;

const holds = {
  cordon: ['Give a backend no new numbers', 'Those it has go on.'],
  uncordon: ['Give a backend new numbers again', ''],
  drain: ['Drain a backend', 'It gets no new numbers, and the preview at /api/admin/fleet/plan moves those it has.'],
  undrain: ['End the draining of a backend', ''],
} as const;

/** The pool. */
export function registerBackendRoutes(instance: FastifyInstance, { admin }: { admin: Admin }): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/admin/backends',
    {
      config,
      schema: {
        tags,
        summary: 'List the backends, with live figures',
        response: { 200: ManyBackends, ...problems(reading, 'not_found') },
      },
    },
    async () => ({ success: true as const, backends: (await admin.listBackends()).map(backendView) }),
  );

  app.post(
    '/api/admin/backends',
    {
      config,
      schema: {
        tags,
        summary: 'Take a server into the pool',
        description:
          'It must answer as an Evolution API and know the key. Private addresses are fine; redirects are not followed. ' +
          'A server older than 2.3.3 joins as `unsupported` and gets no numbers.',
        body: JoinBody,
        response: {
          201: OneBackend,
          ...problems(writing, 'not_found', 'invalid_url', 'backend_exists', 'backend_refused_to_join'),
        },
      },
    },
    async (request, reply) => {
      const { url, api_key: apiKey, capacity, labels, isolation, dedicated_to: dedicatedTo } = request.body;
      const backend = await admin.joinBackend(actorOf(request), {
        url,
        apiKey,
        capacity: capacity ?? capacityUsual,
        labels: labels ?? [],
        isolation: isolation ?? 'shared',
        dedicatedTo: dedicatedTo ?? null,
      });
      return reply.code(201).send({ success: true, backend: backendView(backend) });
    },
  );

  app.get(
    '/api/admin/backends/:id',
    {
      config,
      schema: {
        tags,
        summary: 'One backend, with live figures',
        params: IdParams,
        response: { 200: OneBackend, ...problems(reading, 'not_found') },
      },
    },
    async (request) => ({ success: true as const, backend: backendView(await admin.getBackend(request.params.id)) }),
  );

  app.patch(
    '/api/admin/backends/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Change capacity, labels, key or isolation',
        description: 'Holds in every process within 5 s. A key must be known to the server.',
        params: IdParams,
        body: ChangeBackendBody,
        response: { 200: OneBackend, ...problems(writing, 'not_found', 'backend_refused_to_join') },
      },
    },
    async (request) => {
      const { capacity, labels, api_key: apiKey, isolation, dedicated_to: dedicatedTo } = request.body;
      const backend = await admin.changeBackend(actorOf(request), request.params.id, {
        ...(capacity === undefined ? {} : { capacity }),
        ...(labels === undefined ? {} : { labels }),
        ...(apiKey === undefined ? {} : { apiKey }),
        ...(isolation === undefined ? {} : { isolation }),
        ...(dedicatedTo === undefined ? {} : { dedicatedTo }),
      });
      return { success: true as const, backend: backendView(backend) };
    },
  );

  for (const [action, [summary, description]] of Object.entries(holds)) {
    app.post(
      `/api/admin/backends/:id/${action}`,
      {
        config,
        schema: {
          tags,
          summary,
          description,
          params: IdParams,
          response: { 200: OneBackend, ...problems(reading, 'not_found') },
        },
      },
      async (request) => {
        const backend = await admin.holdBackend(actorOf(request), request.params.id, action as keyof typeof holds);
        return { success: true as const, backend: backendView(backend) };
      },
    );
  }

  app.delete(
    '/api/admin/backends/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Take a backend out of the pool',
        description:
          'Only an empty one, unless `force=true`: the numbers it still has then answer `backend_unavailable` until they ' +
          'are moved, or until its URL joins again.',
        params: IdParams,
        querystring: RemoveQuery,
        response: { 200: RemovedBackend, ...problems(reading, 'not_found', 'backend_not_empty') },
      },
    },
    async (request) => {
      const force = request.query.force === 'true';
      const { numbersLeft } = await admin.removeBackend(actorOf(request), request.params.id, { force });
      return {
        success: true as const,
        message:
          numbersLeft === 0
            ? 'Backend removed.'
            : `Backend removed. ${numbersLeft} phone numbers have no server now: move them, or join its URL again.`,
        phone_numbers_left: numbersLeft,
      };
    },
  );
}
