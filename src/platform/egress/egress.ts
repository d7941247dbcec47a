import { createAddressRules } from './address-rules.ts';
import { createUrlCheck, type UrlCheck, type UrlPolicy } from './check-url.ts';
import { createConnector, type Dial, dialTcp } from './connector.ts';
import { endedByUs } from './errors.ts';
import { type ExchangeLimits, exchange, type FetchedBytes } from './exchange.ts';
import { createOriginPools } from './origin-pools.ts';
import { createLookup, type Lookup } from './resolve.ts';

export type EgressOptions = UrlPolicy & {
  /** How names become addresses; DNS unless given. */
  lookup?: Lookup;
  /** How checked addresses become a TCP connection; for receivers that stand in for public ones. */
  dial?: Dial;
  /** PEM certificates to trust instead of the system's. */
  ca?: string;
  /** Milliseconds for resolving, connecting and the TLS handshake together; 5,000 unless given. */
  connectTimeoutMs?: number;
  /** Origins whose connections are kept for reuse; 256 unless given. */
  originsMax?: number;
};

type FetchRequest = Pick<ExchangeLimits, 'maxBytes' | 'deadlineMs'> &
  Partial<ExchangeLimits> & {
    url: string;
    method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    /** Without those that belong to the connection: host, content-length, accept-encoding and the like. */
    headers?: Readonly<Record<string, string>>;
    body?: Buffer | string;
  };

export type Egress = AsyncDisposable & {
  /** As checkUrl, by this egress's policy: for when a URL is saved. */
  checkUrl: UrlCheck;
  /**
   * One request, checked again at every step: the URL, each address its name resolves to, and the connection to that
   * very address. No redirect is followed: 3xx is an answer like any other.
   * - `deadlineMs` is for all of it, up to the last byte of the body.
   * - `maxBytes` of body; beyond that `onExcess`: `error` (the default, `too_large`, from content-length already) or
   *   `truncate` (the beginning is returned, the connection ended).
   * - Compressed answers, never asked for: `onEncoded`: `error` (the default, `protocol`) or `raw`, never decoded.
   * @throws EgressError, EgressRefused among them; TypeError when method, headers or limits cannot be sent or kept
   */
  fetchBytes(request: FetchRequest): Promise<FetchedBytes>;
  /** How many origins are held at the moment. */
  readonly originCount: number;
  /** Ends what is under way, which then fails as `reset`. */
  close(): Promise<void>;
};

/**
 * The only way out to addresses that strangers name.
 * @throws TypeError when `allowCidrs` has an entry that is no address block
 */
export function createEgress(options: EgressOptions): Egress {
  const rules = createAddressRules(options.allowCidrs);
  const checkUrl = createUrlCheck(options, rules);
  const connector = createConnector({
    rules,
    allowNames: options.allowNames ?? [],
    lookup: options.lookup ?? createLookup(),
    dial: options.dial ?? dialTcp,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    ca: options.ca,
  });
  const pools = createOriginPools({ connect: connector.connect, originsMax: options.originsMax ?? 256 });

  let isClosed = false;

  async function fetchBytes(request: FetchRequest): Promise<FetchedBytes> {
    if (isClosed) throw endedByUs();
    const { url } = checkUrl(request.url);
    const headers = sendableHeaders(request.headers ?? {});
    const limits = checkedLimits(request);
    const { pool, release } = pools.acquire(url.origin);
    try {
      return await exchange(
        pool,
        { path: url.pathname + url.search, method: request.method ?? 'GET', headers, body: request.body ?? null },
        limits,
      );
    } finally {
      release();
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    connector.close();
    await pools.close();
  }

  return {
    checkUrl,
    fetchBytes,
    get originCount() {
      return pools.size;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** `identity` is asked for because a few compressed kilobytes can stand for gigabytes. */
function sendableHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  for (const name of Object.keys(headers)) {
    if (connectionHeaders.has(name.toLowerCase())) throw new TypeError(`The header ${name} is set by the connection.`);
  }
  return { ...headers, 'accept-encoding': 'identity' };
}

const connectionHeaders: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const timerMax = 2 ** 31 - 1;

function checkedLimits(request: FetchRequest): ExchangeLimits {
  const { maxBytes, deadlineMs, onExcess = 'error', onEncoded = 'error' } = request;
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) throw new TypeError('maxBytes must be a whole number.');
  if (!(deadlineMs > 0 && deadlineMs <= timerMax)) throw new TypeError('deadlineMs must be above 0 and below 2^31.');
  return { maxBytes, deadlineMs, onExcess, onEncoded };
}
