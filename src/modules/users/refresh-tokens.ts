import { createHmac } from 'node:crypto';
import { equalsInConstantTime } from '../../platform/crypto/digest.ts';
import type { Ids } from '../../platform/ids.ts';

export type RefreshTokens = {
  /** The first token of a session. */
  first(sessionId: string): string;
  /** The token that follows this one: always the same, so that parallel refreshes end up with one token. */
  following(token: string): string;
  /** The session a token of ours belongs to, also one long since replaced; null for any other text. */
  sessionOf(token: string): string | null;
};

const prefix = 'efr_';
const sessionBytes = 16;
const nonceBytes = 16;
const markBytes = 16;
const shape = /^efr_[A-Za-z0-9_-]{64}$/;

/**
 * Opaque bearer secrets `efr_<session id, nonce, mark>`. The mark, keyed by `secret`, proves that a token was issued
 * here, so a replaced one is recognised however old it is, and an invented one ends nobody's session.
 */
export function createRefreshTokens(deps: { ids: Pick<Ids, 'bytes'>; secret: string }): RefreshTokens {
  const keyed = (purpose: string, bytes: Buffer): Buffer =>
    createHmac('sha256', deps.secret).update(`refresh token ${purpose}\n`).update(bytes).digest();

  const compose = (session: Buffer, nonce: Buffer): string => {
    const body = Buffer.concat([session, nonce]);
    const mark = keyed('mark', body).subarray(0, markBytes);
    return prefix + Buffer.concat([body, mark]).toString('base64url');
  };

  return {
    first: (sessionId) => compose(Buffer.from(sessionId.replaceAll('-', ''), 'hex'), deps.ids.bytes(nonceBytes)),
    following(token) {
      const body = bytesOf(token).subarray(0, sessionBytes + nonceBytes);
      return compose(body.subarray(0, sessionBytes), keyed('following', body).subarray(0, nonceBytes));
    },
    sessionOf(token) {
      if (!shape.test(token)) return null;
      const bytes = bytesOf(token);
      const body = bytes.subarray(0, sessionBytes + nonceBytes);
      const mark = keyed('mark', body).subarray(0, markBytes);
      if (!equalsInConstantTime(mark, bytes.subarray(sessionBytes + nonceBytes))) return null;
      return uuidOf(body.subarray(0, sessionBytes));
    },
  };
}

function bytesOf(token: string): Buffer {
  return Buffer.from(token.slice(prefix.length), 'base64url');
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
