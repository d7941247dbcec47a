import { type QueryClient, queryOptions, skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { momentHere } from './number.ts';

const pathOf = (id: number) => ({ params: { path: { id } } });

/** One number, with the end of its code by the clock of this device. */
export const numberQuery = (id: number) =>
  queryOptions({
    queryKey: ['numbers', id],
    // Live events say what changes; this is for what they miss.
    refetchInterval: ({ state }) => (state.data?.status === 'connected' ? 60_000 : 5_000),
    async queryFn() {
      const asked = api.GET('/api/phone-numbers/{id}', pathOf(id));
      const { phone_number } = await answerOf(asked);
      const date = (await asked).response.headers.get('date');
      const { qr_expires_at } = phone_number;
      const qrEndsAt = qr_expires_at === null ? null : momentHere(qr_expires_at, date, Date.now());
      return { ...phone_number, qrEndsAt };
    },
  });

export type ShownNumber = Awaited<ReturnType<NonNullable<ReturnType<typeof numberQuery>['queryFn']>>>;

export const uptimeQuery = (id: number) =>
  queryOptions({
    queryKey: ['numbers', id, 'uptime'],
    queryFn: () => answerOf(api.GET('/api/phone-numbers/{id}/uptime', pathOf(id))),
  });

/** The days of the last 30 that have figures. */
export const figuresQuery = (id: number) =>
  queryOptions({
    queryKey: ['dashboard', 'number', id],
    async queryFn() {
      const query = { phone_number_id: id, by_phone_number: false };
      return (await answerOf(api.GET('/api/statistics', { params: { query } }))).statistics;
    },
  });

export const shareLinksQuery = (id: number) =>
  queryOptions({
    queryKey: ['numbers', id, 'share-links'],
    queryFn: async () => (await answerOf(api.GET('/api/phone-numbers/{id}/share-links', pathOf(id)))).share_links,
  });

const orders = {
  connect: (id: number) => api.POST('/api/phone-numbers/{id}/connect', { ...pathOf(id), body: null }),
  restart: (id: number) => api.POST('/api/phone-numbers/{id}/restart', pathOf(id)),
  logout: (id: number) => api.POST('/api/phone-numbers/{id}/logout', pathOf(id)),
  recreate: (id: number) => api.POST('/api/phone-numbers/{id}/recreate', pathOf(id)),
  pause: (id: number) => api.POST('/api/phone-numbers/{id}/pause', pathOf(id)),
  resume: (id: number) => api.POST('/api/phone-numbers/{id}/resume', pathOf(id)),
} as const;

export type Order = keyof typeof orders;

export async function giveOrder(id: number, order: Order): Promise<void> {
  await answerOf<unknown>(orders[order](id));
}

/** For the reader of the page alone, until he says that he has it: it is nowhere else in the browser. */
export function keepNewToken(queries: QueryClient, id: number, token: string | null): void {
  queries.setQueryDefaults(['new-token'], { gcTime: Number.POSITIVE_INFINITY, staleTime: Number.POSITIVE_INFINITY });
  queries.setQueryData(['new-token', id], token);
}

export function useNewToken(id: number): { token: string | null; forget: () => void } {
  const queries = useQueryClient();
  const { data } = useQuery<string | null>({ queryKey: ['new-token', id], queryFn: skipToken });
  return { token: data ?? null, forget: () => keepNewToken(queries, id, null) };
}
