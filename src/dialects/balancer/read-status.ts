import type { FastifyRequest } from 'fastify';
import type { BackendFigures, Backends } from '../../modules/backends/index.ts';
import type { Users } from '../../modules/users/index.ts';
import { DomainError } from '../../platform/errors.ts';

export type StatusServices = {
  config: { port: number };
  backends: Pick<Backends, 'pool' | 'summary'>;
  users: Pick<Users, 'resolveApiKey' | 'resolveAccessToken' | 'checkGuesses' | 'noteFailedGuess'>;
};

/** Totals for everybody; each backend for operators alone. Throws `unauthenticated` where a key is wrong. */
export async function readStatus(services: StatusServices, request: FastifyRequest) {
  const isOperator = await presentsOperator(services, request);
  const { total, healthy } = services.backends.summary();
  const backends = isOperator ? await services.backends.pool.list() : [];
  return {
    gateway: { status: 'running', port: services.config.port, uptime: process.uptime() },
    instances: {
      total,
      healthy,
      unhealthy: total - healthy,
      details: Object.fromEntries(backends.map((backend) => [backend.url, detailOf(backend)])),
    },
  };
}

function detailOf({ state, stateReason, failures, latencyMs, probedAt, assigned, capacity }: BackendFigures) {
  return {
    healthy: ['active', 'draining', 'cordoned'].includes(state) && failures === 0,
    state,
    error: stateReason,
    /** Milliseconds of the last probe that was answered. */
    responseTime: latencyMs,
    lastCheck: probedAt?.toISOString() ?? null,
    phoneNumbers: assigned,
    capacity,
  };
}

async function presentsOperator({ users }: StatusServices, { headers, ip }: FastifyRequest): Promise<boolean> {
  const { 'x-api-key': apiKey, authorization } = headers;
  const bearer = /^bearer (.+)$/i.exec(authorization ?? '')?.[1]?.trim();
  if (typeof apiKey !== 'string' && bearer === undefined) return false;
  const caller =
    typeof apiKey === 'string' ? await users.resolveApiKey(apiKey) : await users.resolveAccessToken(bearer ?? '');
  if (caller !== null) return caller.role === 'operator' && caller.status !== 'suspended';
  await users.checkGuesses(ip);
  await users.noteFailedGuess(ip);
  throw new DomainError('unauthenticated', 'This API key or access token is wrong, expired or revoked.', {
    kind: 'unauthenticated',
  });
}
