import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Fleet } from '../../modules/fleet/index.ts';
import type { PhoneNumber, PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import { decodeNumericCursor, encodeCursor } from '../../platform/cursor.ts';
import { createOperations } from './operation.ts';
import { exact, moment, nextCursor, nothing, nullable, ofSession, paging, sessionId, sessionRef } from './schemas.ts';
import { orderProblems } from './session-operations.ts';
import type { Sessions } from './session-ref.ts';
import { nameOf, qrFields, qrOf, SessionView } from './session-view.ts';

export type InstanceDeps = { phoneNumbers: PhoneNumbers; fleet: Pick<Fleet, 'containerOf'> };

const StartBody = Type.Object(
  { session_id: sessionRef },
  { ...exact, examples: [{ session_id: 'my-business-whatsapp' }] },
);

const InstanceView = Type.Object({
  id: Type.String({ description: "The session's id: a session has one instance.", examples: ['12'] }),
  session_id: sessionId,
  session_name: Type.String(),
  status: Type.Enum(['starting', 'running', 'stopped', 'disconnected', 'error'], {
    description:
      '`starting`: it connects, or waits for its QR code to be scanned · `running`: connected · `stopped`: it sends ' +
      'nothing, and what waits goes on waiting · `disconnected`: to be started · `error`: see `status_reason`.',
  }),
  status_reason: nullable(Type.String()),
  session_status: SessionView.properties.status,
  phone_number: nullable(Type.String()),
  ...qrFields,
  started_at: nullable(moment('Since when it is connected.')),
  stopped_at: nullable(moment()),
  created_at: moment(),
});
const OneInstance = Type.Object({ instance: InstanceView });

/** Instances: the connections of sessions, started and stopped by their users. */
export function addInstanceOperations(app: FastifyInstance, deps: InstanceDeps & { sessions: Sessions }): void {
  const operation = createOperations(app, 'instances');
  const { phoneNumbers, sessions } = deps;

  // One that is connected has nothing to scan.
  async function start(userId: number, id: number): Promise<PhoneNumber> {
    const resumed = await phoneNumbers.resume(userId, id);
    return resumed.status === 'connected' ? resumed : phoneNumbers.connect(userId, id);
  }

  operation(
    'POST',
    '/instances',
    {
      summary: 'Start the instance of a session',
      description:
        'Connects it: `qr_code` is to be scanned, null where it is connected. One that was stopped sends again.',
      body: StartBody,
      data: OneInstance,
      statuses: [201],
      message: 'Instance started',
      problems: orderProblems,
    },
    async ({ userId, body }) => ({
      instance: viewOf(await start(userId, await sessions.idOf(userId, body.session_id))),
    }),
  );

  operation(
    'GET',
    '/instances',
    {
      summary: 'List instances',
      description: 'Oldest first.',
      query: Type.Object(paging(500, 100), exact),
      data: Type.Object({ instances: Type.Array(InstanceView), next_cursor: nextCursor }),
    },
    async ({ userId, query }) => {
      const { limit = 100, cursor } = query;
      const after = cursor === undefined ? {} : { after: decodeNumericCursor(cursor) };
      const { numbers, next } = await phoneNumbers.list(userId, { limit, ...after });
      return { instances: numbers.map(viewOf), next_cursor: next === null ? null : encodeCursor(next) };
    },
  );

  operation(
    'GET',
    '/instances/:id',
    { summary: 'One instance', params: ofSession, data: OneInstance, problems: ['not_found'] },
    async ({ userId, params }) => ({ instance: viewOf(await sessions.get(userId, params.id)) }),
  );

  operation(
    'GET',
    '/instances/:id/status',
    {
      summary: 'Status of an instance',
      params: ofSession,
      data: Type.Pick(InstanceView, ['id', 'session_id', 'status', 'status_reason', 'session_status', 'started_at']),
      problems: ['not_found'],
    },
    async ({ userId, params }) => viewOf(await sessions.get(userId, params.id)),
  );

  operation(
    'POST',
    '/instances/:id/start',
    {
      summary: 'Start an instance again',
      params: ofSession,
      data: OneInstance,
      message: 'Instance started',
      problems: orderProblems,
    },
    async ({ userId, params }) => ({ instance: viewOf(await start(userId, await sessions.idOf(userId, params.id))) }),
  );

  operation(
    'POST',
    '/instances/:id/stop',
    {
      summary: 'Stop an instance',
      description:
        'It sends nothing and stays connected: a send is refused with `number_paused`, what waits goes on waiting.',
      params: ofSession,
      data: OneInstance,
      message: 'Instance stopped',
      problems: ['not_found'],
    },
    async ({ userId, params }) => ({
      instance: viewOf(await phoneNumbers.pause(userId, await sessions.idOf(userId, params.id))),
    }),
  );

  operation(
    'POST',
    '/instances/:id/restart',
    {
      summary: 'Restart an instance',
      description:
        'Its connection is opened anew, without a scan where it is paired. One that was stopped sends again.',
      params: ofSession,
      data: OneInstance,
      message: 'Instance restarted',
      problems: orderProblems,
    },
    async ({ userId, params }) => {
      const id = await sessions.idOf(userId, params.id);
      await phoneNumbers.resume(userId, id);
      return { instance: viewOf(await phoneNumbers.orders.restart({ userId, id })) };
    },
  );

  operation(
    'DELETE',
    '/instances/:id',
    {
      summary: 'Delete an instance',
      description: 'Logs its session out. The session stays, and asks for a scan when an instance is started again.',
      params: ofSession,
      data: nothing,
      message: 'Instance deleted successfully',
      problems: [...orderProblems, 'action_not_supported'],
    },
    async ({ userId, params }) => {
      await phoneNumbers.orders.logout({ userId, id: await sessions.idOf(userId, params.id) });
      return null;
    },
  );

  addResources(app, deps);
}

function addResources(app: FastifyInstance, deps: InstanceDeps & { sessions: Sessions }): void {
  const operation = createOperations(app, 'instances');
  const figure = (description: string) => nullable(Type.Number({ description }));

  operation(
    'GET',
    '/instances/:id/resources',
    {
      summary: 'What the server of an instance uses',
      description:
        'Of the container it lives in, which it may share with others; all null where the gateway did not start that server.',
      params: ofSession,
      data: Type.Object({
        session_id: sessionId,
        cpu: figure('Share of one processor; 1 is all of it.'),
        memory_bytes: figure('Used.'),
        memory_limit_bytes: figure('Allowed.'),
        measured_at: nullable(moment()),
      }),
      problems: ['not_found'],
    },
    async ({ userId, params }) => {
      const id = await deps.sessions.idOf(userId, params.id);
      const container = await deps.fleet.containerOf(userId, id);
      return {
        session_id: String(id),
        cpu: container?.cpu ?? null,
        memory_bytes: container?.memoryBytes ?? null,
        memory_limit_bytes: container?.memoryLimitBytes ?? null,
        measured_at: container?.measuredAt?.toISOString() ?? null,
      };
    },
  );
}

function viewOf(number: PhoneNumber): Static<typeof InstanceView> {
  return {
    id: String(number.id),
    session_id: String(number.id),
    session_name: nameOf(number),
    status: statusOf(number),
    status_reason: number.statusReason,
    session_status: number.status,
    phone_number: number.phoneNumber,
    ...qrOf(number),
    started_at: number.status === 'connected' ? (number.connectedAt?.toISOString() ?? null) : null,
    stopped_at: number.pausedAt?.toISOString() ?? null,
    created_at: number.createdAt.toISOString(),
  };
}

function statusOf({ status, pausedAt }: PhoneNumber): Static<typeof InstanceView>['status'] {
  if (pausedAt !== null) return 'stopped';
  switch (status) {
    case 'initializing':
    case 'qr_ready':
      return 'starting';
    case 'connected':
      return 'running';
    case 'disconnected':
    case 'error':
      return status;
    default:
      return status satisfies never;
  }
}
