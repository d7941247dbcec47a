import type { PhoneNumber, Uptime } from '../phone-numbers/index.ts';
import type { Plan } from '../plans/index.ts';
import type { ManagedUser } from '../users/index.ts';
import type { AuditEntry } from './audit-system.ts';
import type { FoundNumber } from './figures-system.ts';
import type { BackendOverview } from './index.ts';
import type { FleetPlan } from './plan-moves.ts';
import type { BackendView } from './schemas.ts';
import type { FoundMessage, FoundRequest } from './search-system.ts';
import type { ManagedUserView } from './user-schemas.ts';

const timeOf = (time: Date | null): string | null => time?.toISOString() ?? null;

export function orderedNumberView(number: PhoneNumber) {
  return {
    id: number.id,
    instance_name: number.instanceName,
    status: number.status,
    status_reason: number.statusReason,
    qr_code: number.qrCode,
    qr_expires_at: timeOf(number.qrExpiresAt),
  };
}

export function backendView(backend: BackendOverview): BackendView {
  const { assigned, reserved, capacity } = backend;
  return {
    id: backend.id,
    url: backend.url,
    state: backend.state,
    reason: backend.stateReason,
    hold: backend.hold,
    labels: backend.labels,
    isolation: backend.isolation,
    dedicated_to: backend.dedicatedTo,
    capacity,
    assigned,
    reserved,
    load: (assigned + reserved) / capacity,
    phone_numbers: backend.numbers,
    version: backend.version,
    latency_ms: backend.latencyMs,
    failures: backend.failures,
    tripped: backend.isTripped,
    last_probe_at: timeOf(backend.probedAt),
    down_at: timeOf(backend.downAt),
    back_at: timeOf(backend.backAt),
    created_at: backend.createdAt.toISOString(),
    sandbox: backend.isSandbox,
    container: containerView(backend.container),
  };
}

function containerView(container: BackendOverview['container']): BackendView['container'] {
  if (container === null) return null;
  const { cpu, memoryBytes, memoryLimitBytes, replacements, state } = container;
  return { state, cpu, memory_bytes: memoryBytes, memory_limit_bytes: memoryLimitBytes, replacements };
}

export function fleetPlanView({ moves, unplaced, loads }: FleetPlan) {
  return {
    moves: moves.map(({ phoneNumberId, userId, from, to, reason, needsScan }) => ({
      phone_number_id: phoneNumberId,
      user_id: userId,
      from_backend_id: from,
      to_backend_id: to,
      reason,
      needs_scan: needsScan,
    })),
    unplaced: unplaced.map(({ phoneNumberId, from, reason }) => ({
      phone_number_id: phoneNumberId,
      from_backend_id: from,
      reason,
    })),
    loads: loads.map(({ backendId, before, after }) => ({ backend_id: backendId, before, after })),
  };
}

export function managedUserView(user: ManagedUser): ManagedUserView {
  return {
    id: user.id,
    email: user.email,
    full_name: user.fullName,
    company_name: user.companyName,
    api_key: user.apiKeyHint,
    plan_type: user.planType,
    role: user.role,
    status: user.status,
    max_phone_numbers: user.maxPhoneNumbers,
    max_messages_per_day: user.maxMessagesPerDay,
    requests_per_minute: user.requestsPerMinute,
    placement_labels: user.placementLabels,
    isolation: user.isolation,
    own: {
      max_phone_numbers: user.ownMaxPhoneNumbers,
      max_messages_per_day: user.ownMaxMessagesPerDay,
      requests_per_minute: user.ownRequestsPerMinute,
      placement_labels: user.ownPlacementLabels,
      isolation: user.ownIsolation,
    },
    usage_today: { messages_used: user.messagesUsedToday, phone_numbers: user.phoneNumbers },
    erasing_since: timeOf(user.erasingSince),
    created_at: user.createdAt.toISOString(),
  };
}

export function planView(plan: Plan) {
  return {
    plan_type: plan.planType,
    max_phone_numbers: plan.maxPhoneNumbers,
    max_messages_per_day: plan.maxMessagesPerDay,
    requests_per_minute: plan.requestsPerMinute,
    price: plan.price,
    placement_labels: plan.placementLabels,
    isolation: plan.isolation,
  };
}

export function foundNumberView(number: FoundNumber) {
  return {
    id: number.id,
    user_id: number.userId,
    instance_name: number.instanceName,
    alias: number.alias,
    display_name: number.displayName,
    phone_number: number.phoneNumber,
    status: number.status,
    status_reason: number.statusReason,
    integration: number.integration,
    backend_id: number.backendId,
    backend_name: number.backendName,
    created_at: number.createdAt.toISOString(),
    deleted_at: timeOf(number.deletedAt),
  };
}

/** The shares of the time in which a number was connected; null before anything was watched. */
export function uptimeView(uptime: Uptime | undefined) {
  return {
    uptime_24h: uptime?.last24h.uptime ?? null,
    uptime_7d: uptime?.last7d.uptime ?? null,
    uptime_30d: uptime?.last30d.uptime ?? null,
  };
}

export function foundMessageView(message: FoundMessage) {
  return {
    id: message.id,
    user_id: message.userId,
    phone_number_id: message.phoneNumberId,
    direction: message.direction,
    kind: message.kind,
    status: message.status,
    status_reason: message.statusReason,
    whatsapp_id: message.whatsappId,
    request_id: message.requestId,
    backend_id: message.backendId,
    created_at: message.createdAt.toISOString(),
  };
}

export function foundRequestView(request: FoundRequest) {
  return {
    id: request.id,
    user_id: request.userId,
    method: request.method,
    endpoint: request.endpoint,
    status_code: request.statusCode,
    request_id: request.requestId,
    created_at: request.createdAt.toISOString(),
  };
}

export function auditView(entry: AuditEntry) {
  return {
    id: entry.id,
    operator_id: entry.operatorId,
    operator_email: entry.operatorEmail,
    action: entry.action,
    target_type: entry.targetType,
    target_id: entry.targetId,
    before: entry.before,
    after: entry.after,
    outcome: entry.outcome,
    request_id: entry.requestId,
    ip_address: entry.ipAddress,
    created_at: entry.createdAt.toISOString(),
  };
}
