export { countReceived } from './count-received.ts';
export { sentStatsPart } from './stats-parts.ts';
