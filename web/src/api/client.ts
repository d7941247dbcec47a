import createClient from 'openapi-fetch';
import { ApiError } from './errors.ts';
import type { paths } from './schema.d.ts';

let csrfToken: string | undefined;
let onSignedOut: () => void = () => undefined;

/** What the server gave this session; shown with every request that changes something. */
export function setCsrfToken(token: string | undefined): void {
  csrfToken = token;
}

/** Called when the server no longer knows this session. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

/** The API by its own document: a path that is not in it does not compile. */
export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin' });

api.use({
  onRequest({ request }) {
    if (csrfToken !== undefined) request.headers.set('x-csrf-token', csrfToken);
    return request;
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && schemaPath !== '/api/session') onSignedOut();
  },
});

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of an answer; throws an ApiError where the API refused or cannot be reached. */
export async function answerOf<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked.catch((cause: unknown) => {
    throw new ApiError(0, { detail: String(cause) });
  });
  if (data === undefined || !response.ok) throw new ApiError(response.status, error, response.headers);
  return data;
}
