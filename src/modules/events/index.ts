export { appendEvents, type NewEvent } from './append-events.ts';
export { appendedEventsPart } from './append-part.ts';
export { lookAtArrivals } from './arrivals-backlog-system.ts';
export { type EventRange, takeArrivals } from './arrivals-system.ts';
export { type EventType, eventTypes, isForOperators } from './event-types.ts';
