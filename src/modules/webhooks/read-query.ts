import type { Static } from 'typebox';
import { type Cursor, decodeCursor } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import type { DeliveryFilter } from './deliveries-repository.ts';
import type { DeliveriesQuery, EndpointsQuery } from './schemas.ts';

export function pageOfEndpoints(query: Static<typeof EndpointsQuery>) {
  const { limit = 100, cursor, phone_number_id } = query;
  return {
    limit,
    ...(cursor === undefined ? {} : { after: endpointCursor(cursor) }),
    ...(phone_number_id === undefined ? {} : { phoneNumberId: phone_number_id }),
  };
}

export function filterOf(query: Static<typeof DeliveriesQuery>): DeliveryFilter {
  const { endpoint_id, phone_number_id, event, status, since, until } = query;
  return {
    ...(endpoint_id === undefined ? {} : { endpointId: endpoint_id }),
    ...(phone_number_id === undefined ? {} : { phoneNumberId: phone_number_id }),
    ...(event === undefined ? {} : { eventType: event }),
    ...(status === undefined ? {} : { status }),
    ...(since === undefined ? {} : { since: momentOf(since) }),
    ...(until === undefined ? {} : { until: momentOf(until) }),
  };
}

/** The schema's date-time also knows leap seconds, which a Date does not. */
export function momentOf(text: string): Date {
  const moment = new Date(text);
  if (moment.getTime() >= 0) return moment;
  throw new DomainError('invalid_request', 'since and until must be moments from 1970 on.', { kind: 'invalid' });
}

export function deliveryCursor(text: string): Cursor<string> {
  const cursor = decodeCursor(text);
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor.id)) return cursor;
  throw foreignCursor();
}

function endpointCursor(text: string): Cursor<number> {
  const { createdAt, id } = decodeCursor(text);
  if (Number.isSafeInteger(Number(id))) return { createdAt, id: Number(id) };
  throw foreignCursor();
}

function foreignCursor(): DomainError {
  return new DomainError('invalid_request', 'cursor: not one that a list gave.', { kind: 'invalid' });
}
