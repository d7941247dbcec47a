/**
 * How an outgoing request ended without an answer.
 * `refused`: we would not go there · `dns`: the name has no address · `connect`: nobody took the connection ·
 * `timeout`: connecting or the whole attempt took too long · `too_large`: more body or header bytes than allowed ·
 * `reset`: the connection ended early · `tls`: no trusted TLS connection · `protocol`: the answer is not one we read.
 */
export type EgressErrorKind = 'refused' | 'dns' | 'connect' | 'timeout' | 'too_large' | 'reset' | 'tls' | 'protocol';

/** `message` is a public sentence: it names no address, no port and no library. The rest is in `cause`, for the log. */
export class EgressError extends Error {
  override readonly name: string = 'EgressError';
  readonly kind: EgressErrorKind;

  constructor(kind: EgressErrorKind, publicMessage: string, options?: { cause?: unknown }) {
    super(publicMessage, options);
    this.kind = kind;
  }
}

/**
 * Which rule refused: `parse` not a URL · `policy` scheme, port, user info, length, characters · `literal` an IP
 * address that is not public · `name` a name that only means something locally · `resolve` a name that leads to
 * an address that is not public.
 */
export type RefusalStage = 'parse' | 'policy' | 'literal' | 'name' | 'resolve';

/** The URL may not be reached. Every stage but `resolve` is decided by the URL alone, so it can be told at save time. */
export class EgressRefused extends EgressError {
  override readonly name = 'EgressRefused';
  readonly code = 'invalid_url';
  readonly stage: RefusalStage;
  /** The public sentence, also in `message`. */
  readonly reason: string;

  constructor(stage: RefusalStage, reason: string) {
    super('refused', reason);
    this.stage = stage;
    this.reason = reason;
  }
}

export const notPublicAddress = 'The host is not a public internet address.';

export function endedByUs(): EgressError {
  return new EgressError('reset', 'The request was ended on our side.');
}
