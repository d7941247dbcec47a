import type { InjectOptions } from 'fastify';
import type { Answer, TestGateway } from '../../support/gateway.ts';

export type Client = (
  method: InjectOptions['method'],
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** A client of the contract that presents this key or token; none where it is null. */
export function clientOf({ anonymous }: TestGateway, apikey: string | null): Client {
  return (method, url, body, headers = {}) =>
    anonymous(method, url, body, { ...(apikey === null ? {} : { apikey }), ...headers });
}

export const wireError = (status: number, error: string, message: unknown) => ({
  status,
  body: { status, error, response: { message } },
});

export const unauthorized = wireError(401, 'Unauthorized', 'Unauthorized');
