/** A call as it is stored: its text without the backend's secrets, and what becomes of it. */
export type ReadCall = {
  body: Buffer;
  event: string | null;
  truncated: boolean;
  state: 'due' | 'orphan' | 'stored';
  note: string | null;
  /** Says no more than that the number is connecting, which a server without network repeats all the time. */
  isConnecting: boolean;
};

const eventLengthMax = 100;

/** A body as it came, or the beginning of one that is too large. */
export type ReceivedBody = { bytes: Buffer; isTruncated: boolean };

/**
 * Reads the body of a call of the backend's instance `backendName`. Takes any bytes: what is no JSON object is kept as
 * it came, and a call about another instance is kept but never applied. The text stays JSON text in bytes, where
 * U+0000 and lone surrogates survive as escapes.
 */
export function readCall({ bytes: body, isTruncated }: ReceivedBody, backendName: string): ReadCall {
  if (isTruncated) return readBeginning(body, backendName);
  const envelope = parse(body);
  if (envelope === undefined) return asItCame(body, 'not JSON');
  if (typeof envelope !== 'object' || envelope === null || Array.isArray(envelope)) {
    return asItCame(body, 'not a JSON object');
  }
  const { apikey: _apikey, server_url: _serverUrl, destination: _destination, ...kept } = envelope as Envelope;
  const text = stringify(kept);
  const event = typeof kept.event === 'string' ? printable(kept.event) : null;
  // What cannot be written again cannot be kept without the backend's secrets in it either.
  if (text === undefined) {
    return { ...asItCame(Buffer.alloc(0), 'nested too deeply'), event, truncated: true };
  }
  const isOwn = kept.instance === backendName;
  return {
    body: Buffer.from(text),
    event,
    truncated: false,
    state: isOwn ? 'due' : 'orphan',
    note: isOwn ? null : 'about another instance',
    isConnecting: isOwn && event === 'connection.update' && stateOf(kept.data) === 'connecting',
  };
}

/** A beginning is kept for its looks alone, without any secret in it; what the call told is read back from its backend. */
function readBeginning(body: Buffer, backendName: string): ReadCall {
  const text = body
    .toString('latin1')
    .replace(/"(apikey|server_url|destination)"\s*:\s*"(?:[^"\\]|\\.)*("|$)/g, '"$1":""');
  const head = text.slice(0, headLength);
  const event = /"event"\s*:\s*"([\w.-]{1,100})"/.exec(head)?.[1] ?? null;
  const instance = /"instance"\s*:\s*"([^"\\]*)"/.exec(head)?.[1];
  const isOwn = instance === undefined || instance === backendName;
  return {
    body: Buffer.from(text, 'latin1'),
    event,
    truncated: true,
    state: isOwn ? 'due' : 'orphan',
    note: isOwn ? null : 'about another instance',
    isConnecting: false,
  };
}

// A server writes the event and whom it is about first.
const headLength = 1_024;

function stateOf(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'state' in data ? data.state : undefined;
}

type Envelope = Record<string, unknown>;

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function stringify(value: Envelope): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function asItCame(body: Buffer, note: string): ReadCall {
  return { body, event: null, truncated: false, state: 'stored', note, isConnecting: false };
}

// A column of type text takes neither U+0000 nor half a character.
function printable(event: string): string {
  return event.slice(0, eventLengthMax).replaceAll('\u0000', '\ufffd').toWellFormed();
}
