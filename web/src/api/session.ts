import { queryOptions, useQuery } from '@tanstack/react-query';
import { answerOf, api, setCsrfToken } from './client.ts';
import { ApiError } from './errors.ts';

/** Who is logged in here; null where nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 5 * 60_000,
  async queryFn() {
    try {
      const session = await answerOf(api.GET('/api/session'));
      setCsrfToken(session.csrf_token);
      return session;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
});

export type Session = NonNullable<Awaited<ReturnType<NonNullable<typeof sessionQuery.queryFn>>>>;

/** For pages behind the log-in: there is one. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (data === null || data === undefined) throw new Error('This page is shown to nobody without a session.');
  return data;
}

export async function logIn(body: { email: string; password: string }): Promise<Session> {
  const session = await answerOf(api.POST('/api/session', { body }));
  setCsrfToken(session.csrf_token);
  return session;
}

export async function logOut(): Promise<void> {
  await answerOf(api.DELETE('/api/session'));
  setCsrfToken(undefined);
}
