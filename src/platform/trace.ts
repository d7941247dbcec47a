import { AsyncLocalStorage } from 'node:async_hooks';

/** What all that is done for one request has in common. */
export type RequestScope = {
  readonly requestId: string;
  readonly trace: Trace | undefined;
  /** Set when it was answered: what still runs then may be everybody's, such as a connection that it opened. */
  isOver: boolean;
};

/** A W3C trace that a request is part of. */
export type Trace = {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** For the calls that are made on behalf of the request. */
  readonly headers: { readonly traceparent: string; readonly tracestate?: string };
};

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const scopes = new AsyncLocalStorage<RequestScope>();

/** Runs work, and all that follows from it, within a request's scope. */
export function inScope<T>(scope: RequestScope, work: () => T): T {
  return scopes.run(scope, work);
}

/** The scope of the request that this code runs for; undefined where it runs for none, or for one that is over. */
export function currentScope(): RequestScope | undefined {
  const scope = scopes.getStore();
  return scope?.isOver === false ? scope : undefined;
}

/** The headers of a call that is made now: a trace goes on also after its request was answered. */
export function traceHeaders(): Trace['headers'] | undefined {
  return scopes.getStore()?.trace?.headers;
}

const traceparentPattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const tracestatePattern = /^[\x20-\x7e\t]{1,512}$/;
// Sampled, and random trace id; the others have no meaning yet and go out as 0.
const knownFlags = 0x03;

/** The id of the trace that the headers name, if they do so in a valid way. */
export function traceIdOf(headers: Headers): string | undefined {
  return parse(headers)?.traceId;
}

/**
 * Continues the trace of `traceparent` under a new parent id; undefined where the header is missing or not valid by W3C
 * Trace Context. `tracestate` goes along unless it is longer than 512 characters or not plain ASCII.
 * @param makeParentId 16 hexadecimal digits, not all 0
 */
export function continueTrace(headers: Headers, makeParentId: () => string): Trace | undefined {
  const given = parse(headers);
  if (given === undefined) return undefined;
  const flags = (given.flags & knownFlags).toString(16).padStart(2, '0');
  const traceparent = `00-${given.traceId}-${makeParentId()}-${flags}`;
  const { tracestate } = headers;
  const goesAlong = typeof tracestate === 'string' && tracestatePattern.test(tracestate);
  return { traceId: given.traceId, headers: goesAlong ? { traceparent, tracestate } : { traceparent } };
}

function parse({ traceparent }: Headers): { traceId: string; flags: number } | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const [, version, traceId = '', parentId = '', flags = '', rest] = traceparentPattern.exec(traceparent) ?? [];
  // Later versions may say more; this one does not.
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  return { traceId, flags: Number.parseInt(flags, 16) };
}
