import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { buildConnector } from 'undici';
import type { AddressRules } from './address-rules.ts';
import { EgressError, EgressRefused, endedByUs, notPublicAddress } from './errors.ts';
import { isLocalName, isWithin, withoutRootDot } from './host-names.ts';
import type { Lookup, ResolvedAddress } from './resolve.ts';

/** Opens a TCP connection to one of `addresses`, all of them checked, and to nothing else. */
export type Dial = (target: {
  hostname: string;
  port: number;
  addresses: readonly ResolvedAddress[];
  attemptTimeoutMs: number;
}) => Socket;

export type ConnectorOptions = {
  rules: AddressRules;
  allowNames: readonly string[];
  lookup: Lookup;
  /** For resolving, connecting and the TLS handshake together. */
  connectTimeoutMs: number;
  dial: Dial;
  /** PEM certificates to trust instead of the system's. */
  ca: string | undefined;
};

/**
 * The place where a host becomes a socket. undici asks no lookup function about IP literals and would resolve names
 * a second time, so this connector does both itself: check every address, then dial exactly those.
 */
export function createConnector(options: ConnectorOptions): { connect: buildConnector.connector; close(): void } {
  const opening = new Set<AbortController>();

  const connect: buildConnector.connector = (target, callback) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(connectTimedOut()), options.connectTimeoutMs);
    opening.add(controller);
    openSocket(options, target, controller.signal)
      .finally(() => {
        clearTimeout(timer);
        opening.delete(controller);
      })
      .then(
        (socket) => callback(null, socket),
        (error: Error) => callback(error, null),
      );
  };

  return {
    connect,
    close() {
      for (const controller of opening) controller.abort(endedByUs());
    },
  };
}

/** Dials the addresses in turn; a name server may list hundreds, four attempts fit into the time. */
export function dialTcp({ hostname, port, addresses, attemptTimeoutMs }: Parameters<Dial>[0]): Socket {
  const [first, second] = addresses;
  if (first !== undefined && second === undefined) return connectTcp({ host: first.address, port });
  return connectTcp({
    host: hostname,
    port,
    lookup: pinnedTo(addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptTimeoutMs,
  });
}

const attemptsMax = 4;

async function openSocket(
  options: ConnectorOptions,
  target: buildConnector.Options,
  signal: AbortSignal,
): Promise<Socket> {
  const hostname = withoutRootDot(target.hostname);
  const addresses = (await checkedAddresses(options, hostname, signal)).slice(0, attemptsMax);
  const tcp = options.dial({
    hostname,
    port: Number(target.port) || (target.protocol === 'https:' ? 443 : 80),
    addresses,
    attemptTimeoutMs: Math.floor(options.connectTimeoutMs / addresses.length),
  });
  tcp.setNoDelay(true);
  await ready(tcp, 'connect', signal, (cause) => {
    return new EgressError('connect', 'The host could not be reached.', { cause });
  });
  return target.protocol === 'https:' ? secured(tcp, hostname, options.ca, signal) : tcp;
}

/** The certificate must be for the URL's name, whatever address was dialled. Literals have no SNI (RFC 6066). */
async function secured(tcp: Socket, hostname: string, ca: string | undefined, signal: AbortSignal): Promise<Socket> {
  const tls = connectTls({
    socket: tcp,
    host: hostname,
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
    ALPNProtocols: ['http/1.1'],
    ca,
  });
  await ready(tls, 'secureConnect', signal, (cause) => {
    return new EgressError('tls', 'No trusted TLS connection could be made to the host.', { cause });
  });
  return tls;
}

/** Throws unless every address may be reached; one bad address spoils the whole answer, for it was meant to. */
async function checkedAddresses(
  { rules, allowNames, lookup }: ConnectorOptions,
  hostname: string,
  signal: AbortSignal,
): Promise<readonly ResolvedAddress[]> {
  const family = isIP(hostname);
  if (family !== 0) {
    if (rules.verdict(hostname) === 'refused') throw new EgressRefused('literal', notPublicAddress);
    return [{ address: hostname, family: family === 6 ? 6 : 4 }];
  }
  const addresses = await untilAborted(lookup(hostname, signal), signal);
  if (addresses.length === 0) throw new EgressError('dns', nameNotFound);
  const mustBeListed = isLocalName(hostname) && !isWithin(hostname, allowNames);
  for (const { address } of addresses) {
    const addressVerdict = rules.verdict(address);
    if (addressVerdict === 'refused' || (mustBeListed && addressVerdict !== 'listed')) {
      throw new EgressRefused('resolve', 'The host name does not lead to public internet addresses only.');
    }
  }
  return addresses;
}

const nameNotFound = 'The host name could not be resolved.';

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw new EgressError('dns', nameNotFound, { cause });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function ready(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  failure: (cause: unknown) => EgressError,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => socket.destroy(signal.reason);
    const onReady = () => {
      signal.removeEventListener('abort', abort);
      resolve();
    };
    // Stays on the socket: an error between two owners must not be an uncaught one.
    socket.on('error', (error) => {
      signal.removeEventListener('abort', abort);
      reject(error instanceof EgressError ? error : failure(error));
    });
    socket.once(event, onReady);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function pinnedTo(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, _options, callback) => callback(null, [...addresses]);
}

function connectTimedOut(): EgressError {
  return new EgressError('timeout', 'The host did not take the connection in time.');
}
