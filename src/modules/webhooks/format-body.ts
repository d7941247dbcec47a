import { eventTypes } from '../events/index.ts';
import { connectBody, connectTypes } from './connect-body.ts';
import type { EndpointFormat } from './endpoint.ts';
import { evolutionBody, evolutionTypes } from './evolution-body.ts';
import { type ToldEvent, type ToldNumber, testEventType } from './told-event.ts';

type EvofleetNumber = Pick<ToldNumber, 'id' | 'instanceName' | 'alias' | 'displayName' | 'phoneNumber'>;

/** The event types that a format has words for. */
export const typesOfFormat: Readonly<Record<EndpointFormat, readonly string[]>> = {
  evofleet: eventTypes,
  evolution: evolutionTypes,
  connect: connectTypes,
};

/**
 * The body of a delivery: JSON text that is what JSON.stringify makes of its own value, so that a receiver may check
 * the signature over either.
 */
export function formatBody(format: EndpointFormat, event: ToldEvent): string {
  return JSON.stringify(contentOf(format, event));
}

function contentOf(format: EndpointFormat, event: ToldEvent): unknown {
  switch (format) {
    case 'evofleet':
      return evofleetBody(event);
    case 'evolution':
      return evolutionBody(event);
    case 'connect':
      return connectBody(event);
    default:
      return format satisfies never;
  }
}

/** What the format `evofleet` says of an event; realtime tells the same. */
export function evofleetBody(
  event: Pick<ToldEvent, 'id' | 'type' | 'sequence' | 'at' | 'payload'> & { number: EvofleetNumber | null },
): Record<string, unknown> {
  const { number } = event;
  return {
    id: event.id,
    event: event.type,
    timestamp: event.at.toISOString(),
    // A test call is no event of the user's row of events.
    sequence: event.type === testEventType ? null : event.sequence,
    phone_number:
      number === null
        ? null
        : {
            id: number.id,
            instance_name: number.instanceName,
            alias: number.alias,
            display_name: number.displayName,
            phone_number: number.phoneNumber,
          },
    payload: event.payload,
  };
}
