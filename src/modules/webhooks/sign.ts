import { createHmac } from 'node:crypto';
import { signingKey } from './endpoint-secret.ts';

/**
 * The headers that prove where a body comes from: those of Standard Webhooks, signed by each of the secrets, and
 * `X-Signature`, the hex HMAC-SHA256 of the body, keyed with the text of the newest.
 * @param secrets the newest first
 */
export function signatureHeaders(
  message: { id: string; at: Date; body: string },
  secrets: readonly [string, ...string[]],
): Record<string, string> {
  const seconds = String(Math.floor(message.at.getTime() / 1_000));
  const signed = `${message.id}.${seconds}.${message.body}`;
  return {
    'webhook-id': message.id,
    'webhook-timestamp': seconds,
    'webhook-signature': secrets
      .map((secret) => `v1,${createHmac('sha256', signingKey(secret)).update(signed).digest('base64')}`)
      .join(' '),
    'x-signature': createHmac('sha256', secrets[0]).update(message.body).digest('hex'),
  };
}
