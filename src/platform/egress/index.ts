export { checkUrl, createUrlCheck } from './check-url.ts';
export type { Dial } from './connector.ts';
export { createEgress, type Egress, type EgressOptions } from './egress.ts';
export { EgressError, EgressRefused } from './errors.ts';
export { createLookup, type Lookup, type ResolvedAddress } from './resolve.ts';
