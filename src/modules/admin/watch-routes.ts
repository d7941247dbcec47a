import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { problems } from '../../http/problem-details.ts';
import { cutPage, decodeUuidCursor, encodeCursor } from '../../platform/cursor.ts';
import type { Admin } from './index.ts';
import { actorOf, config, reading, tags, writing } from './operator-routes.ts';
import {
  FindingAnswer,
  FindingsAnswer,
  FindingsQuery,
  FleetAnswer,
  HoldAnswer,
  HoldBody,
  IncidentAnswer,
  IncidentsAnswer,
  IncidentsQuery,
  RepairsAnswer,
  RepairsQuery,
  UuidParams,
} from './watch-schemas.ts';
import { findingView, fleetView, holdView, incidentView, repairView } from './watch-views.ts';

const success = true as const;

/** How the fleet mends itself: what was found and done, what has stopped, and the orders about it. */
export function registerWatchRoutes(instance: FastifyInstance, { admin }: { admin: Admin }): void {
  registerReadingRoutes(instance, admin);
  registerIncidentRoutes(instance, admin);
  registerHoldRoutes(instance, admin);
}

function registerReadingRoutes(instance: FastifyInstance, admin: Admin): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/admin/fleet',
    {
      config,
      schema: {
        tags,
        summary: 'The fleet at a glance',
        response: { 200: FleetAnswer, ...problems(reading, 'not_found') },
      },
    },
    async () => fleetView(await admin.fleetOverview()),
  );

  app.get(
    '/api/admin/findings',
    {
      config,
      schema: {
        tags,
        summary: 'What was not as it should be',
        description: 'The latest first.',
        querystring: FindingsQuery,
        response: { 200: FindingsAnswer, ...problems(reading, 'not_found') },
      },
    },
    async ({ query }) => {
      const { backend_id: backendId, phone_number_id: phoneNumberId, kind, open } = query;
      const filter = {
        ...(backendId === undefined ? {} : { backendId }),
        ...(phoneNumberId === undefined ? {} : { phoneNumberId }),
        ...(kind === undefined ? {} : { kind }),
        ...(open === undefined ? {} : { isOpen: open === 'true' }),
      };
      const { page, next_cursor } = await pageOf(query, (page) => admin.listFindings(filter, page), 'foundAt');
      return { success, findings: page.map(findingView), next_cursor };
    },
  );

  app.get(
    '/api/admin/findings/:id',
    {
      config,
      schema: {
        tags,
        summary: 'One finding with its repairs',
        params: UuidParams,
        response: { 200: FindingAnswer, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      const { finding, repairs } = await admin.getFinding(request.params.id);
      return { success, finding: findingView(finding), repairs: repairs.map(repairView) };
    },
  );

  app.get(
    '/api/admin/repairs',
    {
      config,
      schema: {
        tags,
        summary: 'What was done to mend it',
        description: 'The latest first.',
        querystring: RepairsQuery,
        response: { 200: RepairsAnswer, ...problems(reading, 'not_found') },
      },
    },
    async ({ query }) => {
      const filter = query.backend_id === undefined ? {} : { backendId: query.backend_id };
      const { page, next_cursor } = await pageOf(query, (page) => admin.listRepairs(filter, page), 'endedAt');
      return { success, repairs: page.map(repairView), next_cursor };
    },
  );
}

function registerIncidentRoutes(instance: FastifyInstance, admin: Admin): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();

  app.get(
    '/api/admin/incidents',
    {
      config,
      schema: {
        tags,
        summary: 'What befell whole backends',
        description: 'The open ones first, then the latest.',
        querystring: IncidentsQuery,
        response: { 200: IncidentsAnswer, ...problems(reading, 'not_found') },
      },
    },
    async ({ query }) => {
      const { backend_id: backendId, kind, open } = query;
      const filter = {
        ...(backendId === undefined ? {} : { backendId }),
        ...(kind === undefined ? {} : { kind }),
        ...(open === undefined ? {} : { isOpen: open === 'true' }),
      };
      const { page, next_cursor } = await pageOf(query, (page) => admin.listIncidents(filter, page), 'beganAt');
      return { success, incidents: page.map(incidentView), next_cursor };
    },
  );

  app.get(
    '/api/admin/incidents/:id',
    {
      config,
      schema: {
        tags,
        summary: 'One incident',
        params: UuidParams,
        response: { 200: IncidentAnswer, ...problems(reading, 'not_found') },
      },
    },
    async (request) => ({ success, incident: incidentView(await admin.getIncident(request.params.id)) }),
  );

  app.post(
    '/api/admin/incidents/:id/resume',
    {
      config,
      schema: {
        tags,
        summary: 'Go on with what an incident has stopped',
        description:
          'Of `orphan_stop`: the instances that are known now may be removed, and no others. Of `empty_list` and ' +
          '`instances_lost`: single numbers of that backend are repaired again.',
        params: UuidParams,
        response: { 200: IncidentAnswer, ...problems(reading, 'not_found', 'incident_stops_nothing') },
      },
    },
    async (request) => ({
      success,
      incident: incidentView(await admin.resumeIncident(actorOf(request), request.params.id)),
    }),
  );
}

function registerHoldRoutes(instance: FastifyInstance, admin: Admin): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>();
  const view = (hold: Awaited<ReturnType<Admin['fleetHold']>>) => ({
    success,
    hold: hold === undefined ? null : holdView(hold),
  });

  app.get(
    '/api/admin/fleet/hold',
    {
      config,
      schema: {
        tags,
        summary: 'Whether the fleet is held',
        response: { 200: HoldAnswer, ...problems(reading, 'not_found') },
      },
    },
    async () => view(await admin.fleetHold()),
  );

  app.put(
    '/api/admin/fleet/hold',
    {
      config,
      schema: {
        tags,
        summary: 'Hold the fleet',
        description: 'Nothing is removed from a backend or made anew there until the hold ends, unless it is ordered.',
        body: HoldBody,
        response: { 200: HoldAnswer, ...problems(writing, 'not_found') },
      },
    },
    async (request) => view(await admin.setFleetHold(actorOf(request), request.body.reason)),
  );

  app.delete(
    '/api/admin/fleet/hold',
    {
      config,
      schema: {
        tags,
        summary: 'End the hold of the fleet',
        response: { 200: HoldAnswer, ...problems(reading, 'not_found') },
      },
    },
    async (request) => {
      await admin.clearFleetHold(actorOf(request));
      return view(undefined);
    },
  );
}

type PageQuery = { limit?: number; cursor?: string };

/** One page of a list by time and id, and the cursor of the next. */
async function pageOf<Time extends string, Row extends { id: string } & Record<Time, Date | null>>(
  { limit = 100, cursor }: PageQuery,
  list: (page: { limit: number; before?: { createdAt: Date; id: string } }) => Promise<Row[]>,
  time: Time,
): Promise<{ page: Row[]; next_cursor: string | null }> {
  const before = cursor === undefined ? {} : { before: decodeUuidCursor(cursor) };
  const rows = await list({ limit: limit + 1, ...before });
  const { page, next } = cutPage(
    rows.map((row) => ({ row, id: row.id, createdAt: row[time] ?? new Date(0) })),
    limit,
  );
  return { page: page.map(({ row }) => row), next_cursor: next === null ? null : encodeCursor(next) };
}
