import type { operations } from '../../api/schema.d.ts';

type Answer<Name extends keyof operations> = operations[Name]['responses'] extends {
  200: { content: { 'application/json': infer Body } };
}
  ? Body
  : never;

export type Fleet = Answer<'getAdminFleet'>;
export type Backend = Answer<'getAdminBackends'>['backends'][number];
export type FleetPlan = Answer<'getAdminFleetPlan'>;
export type PlannedMove = FleetPlan['moves'][number];
export type Finding = Answer<'getAdminFindings'>['findings'][number];
export type Repair = Answer<'getAdminRepairs'>['repairs'][number];
export type Incident = Answer<'getAdminIncidents'>['incidents'][number];
export type Found = Answer<'getAdminSearch'>;
export type NumberRow = Answer<'getAdminPhoneNumbers'>['phone_numbers'][number];
export type ManagedUser = Answer<'getAdminUsers'>['users'][number];
export type Plan = Answer<'getAdminPlans'>['plans'][number];
export type Deed = Answer<'getAdminAudit'>['entries'][number];

export const backendStates = [
  'active',
  'joining',
  'degraded',
  'cordoned',
  'draining',
  'down',
  'license_required',
  'unsupported',
] as const;
export const numberStatuses = ['connected', 'qr_ready', 'initializing', 'disconnected', 'error'] as const;
export const findingKinds = [
  'instance_missing',
  'instance_not_loaded',
  'webhook_missing',
  'webhook_differs',
  'settings_differ',
  'state_differs',
  'not_connected',
  'silent',
  'foreign_setting',
  'unreadable_answer',
  'orphan',
] as const;
export type FindingKind = (typeof findingKinds)[number];
