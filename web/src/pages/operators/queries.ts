import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import type { operations } from '../../api/schema.d.ts';

type QueryOf<Name extends keyof operations> = NonNullable<operations[Name]['parameters']['query']>;

// Loads, latencies and places change without an event; what the fleet does by itself comes with one.
const oftenMs = 5_000;
const nowAndThenMs = 15_000;

export const fleetQuery = queryOptions({
  queryKey: ['fleet', 'overview'],
  refetchInterval: oftenMs,
  queryFn: () => answerOf(api.GET('/api/admin/fleet')),
});

export const backendsQuery = queryOptions({
  queryKey: ['fleet', 'backends'],
  refetchInterval: oftenMs,
  queryFn: async () => (await answerOf(api.GET('/api/admin/backends'))).backends,
});

export const backendQuery = (id: number) =>
  queryOptions({
    queryKey: ['fleet', 'backends', id],
    refetchInterval: oftenMs,
    queryFn: async () => (await answerOf(api.GET('/api/admin/backends/{id}', { params: { path: { id } } }))).backend,
  });

/** What should move; also as if `drain` were draining. */
export const planQuery = (query: QueryOf<'getAdminFleetPlan'>) =>
  queryOptions({
    queryKey: ['fleet', 'plan', query],
    queryFn: () => answerOf(api.GET('/api/admin/fleet/plan', { params: { query } })),
  });

export const findingsQuery = (query: QueryOf<'getAdminFindings'>) =>
  queryOptions({
    queryKey: ['fleet', 'findings', query],
    refetchInterval: nowAndThenMs,
    placeholderData: keepPreviousData,
    queryFn: () => answerOf(api.GET('/api/admin/findings', { params: { query } })),
  });

export const findingQuery = (id: string) =>
  queryOptions({
    queryKey: ['fleet', 'finding', id],
    queryFn: () => answerOf(api.GET('/api/admin/findings/{id}', { params: { path: { id } } })),
  });

export const repairsQuery = (query: QueryOf<'getAdminRepairs'>) =>
  queryOptions({
    queryKey: ['fleet', 'repairs', query],
    refetchInterval: nowAndThenMs,
    placeholderData: keepPreviousData,
    queryFn: () => answerOf(api.GET('/api/admin/repairs', { params: { query } })),
  });

export const incidentsQuery = (query: QueryOf<'getAdminIncidents'>) =>
  queryOptions({
    queryKey: ['fleet', 'incidents', query],
    refetchInterval: nowAndThenMs,
    placeholderData: keepPreviousData,
    queryFn: () => answerOf(api.GET('/api/admin/incidents', { params: { query } })),
  });

export const numbersQuery = (query: QueryOf<'getAdminPhoneNumbers'>) =>
  queryOptions({
    queryKey: ['fleet', 'numbers', query],
    refetchInterval: nowAndThenMs,
    placeholderData: keepPreviousData,
    queryFn: () => answerOf(api.GET('/api/admin/phone-numbers', { params: { query } })),
  });

export const usersQuery = (query: QueryOf<'getAdminUsers'>) =>
  queryOptions({
    queryKey: ['users', 'list', query],
    placeholderData: keepPreviousData,
    queryFn: () => answerOf(api.GET('/api/admin/users', { params: { query } })),
  });

export const userQuery = (id: number) =>
  queryOptions({
    queryKey: ['users', 'one', id],
    // While all data is being deleted, its end is waited for.
    refetchInterval: ({ state }) => (state.data?.user.erasing_since == null ? nowAndThenMs : 2_000),
    queryFn: () => answerOf(api.GET('/api/admin/users/{id}', { params: { path: { id } } })),
  });

export const plansQuery = queryOptions({
  queryKey: ['users', 'plans'],
  queryFn: async () => (await answerOf(api.GET('/api/admin/plans'))).plans,
});

export const auditQuery = (query: QueryOf<'getAdminAudit'>) =>
  queryOptions({
    queryKey: ['users', 'audit', query],
    placeholderData: keepPreviousData,
    queryFn: () => answerOf(api.GET('/api/admin/audit', { params: { query } })),
  });

export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ['requests', 'search', q],
    enabled: q.length > 1,
    queryFn: () => answerOf(api.GET('/api/admin/search', { params: { query: { q } } })),
  });
