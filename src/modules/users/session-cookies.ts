import { createHmac } from 'node:crypto';
import { equalsInConstantTime } from '../../platform/crypto/digest.ts';

export type SessionCookies = {
  /** What a browser keeps for a session of this id (a UUID). */
  valueOf(sessionId: string): string;
  /** The session a value of ours belongs to, whether it lives or not; null for any other text. */
  sessionOf(value: string): string | null;
  /** What a page of ours must show beside the cookie to change anything: no other page can read it. */
  csrfTokenOf(sessionId: string): string;
};

const shape = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

/** Cookie values `<session id>.<mark>`, where only the holder of `secret` can make the mark. */
export function createSessionCookies({ secret }: { secret: string }): SessionCookies {
  const keyed = (purpose: string, sessionId: string): string =>
    createHmac('sha256', secret).update(`session cookie ${purpose}\n${sessionId}`).digest('base64url');
  return {
    valueOf: (sessionId) => `${sessionId}.${keyed('mark', sessionId)}`,
    sessionOf(value) {
      const [, sessionId, mark] = shape.exec(value) ?? [];
      if (sessionId === undefined || mark === undefined) return null;
      return equalsInConstantTime(Buffer.from(mark), Buffer.from(keyed('mark', sessionId))) ? sessionId : null;
    },
    csrfTokenOf: (sessionId) => keyed('csrf', sessionId),
  };
}
