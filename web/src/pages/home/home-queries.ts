import { queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';

/** Plan, quota, numbers by state and the figures of today. */
export const dashboardQuery = queryOptions({
  queryKey: ['dashboard'],
  refetchInterval: 60_000,
  queryFn: async () => (await answerOf(api.GET('/api/dashboard'))).dashboard,
});

export type Dashboard = Awaited<ReturnType<NonNullable<typeof dashboardQuery.queryFn>>>;

/** The last 30 days (UTC), those with figures alone. */
export const monthQuery = queryOptions({
  queryKey: ['dashboard', 'month'],
  staleTime: 60_000,
  queryFn: async () =>
    (await answerOf(api.GET('/api/statistics', { params: { query: { by_phone_number: false } } }))).statistics,
});

/** The newest messages that were certainly not sent. */
export const failuresQuery = queryOptions({
  queryKey: ['messages', 'failures'],
  queryFn: async () =>
    (
      await answerOf(
        api.GET('/api/messages', { params: { query: { status: 'failed', direction: 'outbound', limit: 5 } } }),
      )
    ).messages,
});

/** Whether an endpoint ever took a call. */
export const firstDeliveryQuery = queryOptions({
  queryKey: ['deliveries', 'first'],
  queryFn: async () => {
    const query = { status: 'delivered', event: 'message.received', limit: 1 } as const;
    return (await answerOf(api.GET('/api/webhooks/deliveries', { params: { query } }))).deliveries.length > 0;
  },
});
