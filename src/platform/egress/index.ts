export { checkUrl, createUrlCheck, type UrlCheck, type UrlPolicy } from './check-url.ts';
export type { Dial } from './connector.ts';
export { createEgress, type Egress, type EgressOptions, type FetchRequest } from './egress.ts';
export { EgressError, type EgressErrorKind, EgressRefused, type RefusalStage } from './errors.ts';
export type { FetchedBytes, ResponseHeaders } from './exchange.ts';
export { createLookup, type Lookup, type ResolvedAddress } from './resolve.ts';
