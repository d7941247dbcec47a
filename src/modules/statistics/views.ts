import type { Static } from 'typebox';
import type { ListedRequest } from './api-requests-repository.ts';
import type { Figures } from './figures.ts';
import type { Dashboard } from './read-dashboard.ts';
import type { StatisticsReport } from './read-statistics.ts';
import type { DashboardAnswer, RequestsAnswer, StatisticsAnswer } from './schemas.ts';

export function statisticsView(report: StatisticsReport): Static<typeof StatisticsAnswer>['statistics'] {
  return {
    start_date: report.startDate,
    end_date: report.endDate,
    totals: figuresView(report.totals),
    daily: report.daily.map((day) => ({ date: day.date, ...figuresView(day) })),
    phone_numbers: report.phoneNumbers.map((number) => ({
      id: number.id,
      instance_name: number.instanceName,
      display_name: number.displayName,
      phone_number: number.phoneNumber,
      ...figuresView(number),
      sandbox: number.isSandbox,
    })),
  };
}

export function dashboardView({
  user,
  numbersByStatus,
  phoneNumbers,
  recentMessages,
}: Dashboard): Static<typeof DashboardAnswer>['dashboard'] {
  const { resets_at, created_at, ...row } = user;
  return {
    ...row,
    created_at: created_at.toISOString(),
    phone_numbers_by_status: {
      connected: numbersByStatus.connected ?? 0,
      qr_ready: numbersByStatus.qr_ready ?? 0,
      initializing: numbersByStatus.initializing ?? 0,
      disconnected: numbersByStatus.disconnected ?? 0,
      error: numbersByStatus.error ?? 0,
    },
    quota: {
      limit: row.max_messages_per_day,
      used: row.messages_used_today,
      remaining: row.messages_left_today,
      resets_at: resets_at.toISOString(),
    },
    phone_numbers: phoneNumbers.map(
      ({ user_id: _userId, user_email: _email, server_instance: _server, ...number }) => ({
        ...number,
        connected_at: number.connected_at?.toISOString() ?? null,
        created_at: number.created_at.toISOString(),
      }),
    ),
    recent_messages: recentMessages.map(({ createdAt, remoteJid, ...message }) => ({
      ...message,
      to: remoteJid.replace(/@s\.whatsapp\.net$/, ''),
      created_at: createdAt.toISOString(),
    })),
  };
}

export function requestView(request: ListedRequest): Static<typeof RequestsAnswer>['requests'][number] {
  return {
    request_id: request.requestId,
    endpoint: request.endpoint,
    method: request.method,
    status_code: request.statusCode,
    response_time_ms: request.responseTimeMs,
    ip_address: request.ipAddress,
    created_at: request.createdAt.toISOString(),
  };
}

function figuresView(figures: Figures) {
  return {
    messages_sent: figures.messagesSent,
    messages_received: figures.messagesReceived,
    media_sent: figures.mediaSent,
    media_received: figures.mediaReceived,
    messages_failed: figures.messagesFailed,
  };
}
