import { expect } from 'vitest';
import { type Egress, EgressError } from '../../../../src/platform/egress/index.ts';

export function urlOf({ port }: { port: number }): string {
  return `http://127.0.0.1:${port}/`;
}

export async function failureOf(
  egress: Egress,
  url: string,
  over: { maxBytes?: number; deadlineMs?: number } = {},
): Promise<EgressError> {
  const failure = await egress.fetchBytes({ url, maxBytes: 1_024, deadlineMs: 5_000, ...over }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof EgressError)) throw failure ?? new Error('the request did not fail');
  expect(failure.message).not.toMatch(/127|undici|UND_|E[A-Z]{5}|HPE/);
  return failure;
}
