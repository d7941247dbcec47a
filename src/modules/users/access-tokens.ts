import { createSecretKey } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../platform/clock.ts';

export type AccessTokens = {
  sign(claims: { userId: number; sessionId: string }): Promise<string>;
  /** Null where the token is not ours, is altered or has expired. */
  verify(token: string): Promise<{ userId: number; sessionId: string } | null>;
};

/** Seconds an access token is good for. */
export const accessTokenSeconds = 15 * 60;

const algorithm = 'HS256';
const issuer = 'evofleet';
const audience = 'evofleet-api';
const tokenLengthMax = 1_024;

/** Signed JWTs; `secret` is at least 32 bytes of text. */
export function createAccessTokens(deps: { clock: Clock; secret: string }): AccessTokens {
  const key = createSecretKey(deps.secret, 'utf8');
  return {
    sign({ userId, sessionId }) {
      const nowSeconds = Math.floor(deps.clock.now().getTime() / 1000);
      return new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: algorithm })
        .setSubject(String(userId))
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(nowSeconds)
        .setExpirationTime(nowSeconds + accessTokenSeconds)
        .sign(key);
    },
    async verify(token) {
      if (token.length > tokenLengthMax) return null;
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          issuer,
          audience,
          requiredClaims: ['sub', 'exp', 'sid'],
          currentDate: deps.clock.now(),
        });
        const userId = Number(payload.sub);
        const { sid } = payload;
        return Number.isSafeInteger(userId) && typeof sid === 'string' ? { userId, sessionId: sid } : null;
      } catch {
        return null;
      }
    },
  };
}
