import type { Kysely } from 'kysely';
import type { Clock } from '../../platform/clock.ts';
import { notFound } from '../../platform/errors.ts';
import type { Ids } from '../../platform/ids.ts';
import type { DB } from '../../schema.ts';
import { insertTestCall } from './attempts-system.ts';
import type { CallEndpoint } from './call-endpoint.ts';
import { findCallable } from './endpoints-repository.ts';
import { tooManyTestCalls } from './errors.ts';
import { eventIdText, testEventType } from './told-event.ts';

export type TestCall = { delivered: boolean; statusCode: number | null; error: string | null; responseTimeMs: number };

const atOnceMax = 2;

/** Calls an endpoint now, whether or not it is enabled, with an event that is a test and nothing else. Never repeated. */
export function createTestCall(deps: {
  db: Kysely<DB>;
  ids: Ids;
  clock: Clock;
  serverUrl: string;
  callEndpoint: CallEndpoint;
}) {
  const underWay = new Map<number, number>();

  return async function testCall(userId: number, endpointId: number): Promise<TestCall> {
    const endpoint = await findCallable(deps.db, userId, endpointId);
    if (endpoint === undefined) throw notFound('Endpoint');
    const count = underWay.get(userId) ?? 0;
    if (count >= atOnceMax) throw tooManyTestCalls();
    underWay.set(userId, count + 1);
    try {
      return await call(userId, endpointId, endpoint);
    } finally {
      const left = (underWay.get(userId) ?? 1) - 1;
      if (left === 0) underWay.delete(userId);
      else underWay.set(userId, left);
    }
  };

  async function call(
    userId: number,
    endpointId: number,
    { number, ...endpoint }: NonNullable<Awaited<ReturnType<typeof findCallable>>>,
  ): Promise<TestCall> {
    const { payload, statusCode, error, responseTimeMs } = await deps.callEndpoint(
      { ...endpoint, userId },
      {
        id: eventIdText(deps.ids.uuidv7()),
        type: testEventType,
        sequence: 0,
        at: deps.clock.now(),
        payload: { endpoint_id: endpointId },
        number,
        message: null,
        url: endpoint.url,
        serverUrl: deps.serverUrl,
      },
    );
    await insertTestCall(deps.db, {
      logId: deps.ids.uuidv7(),
      userId,
      endpointId,
      phoneNumberId: number?.id ?? null,
      eventType: testEventType,
      call: { payload, statusCode, error, responseTimeMs },
    });
    return { delivered: error === null, statusCode, error, responseTimeMs };
  }
}
