export { appendEvents, type NewEvent } from './append-events.ts';
export { appendedEventsPart } from './append-part.ts';
export type { EventType } from './event-types.ts';
