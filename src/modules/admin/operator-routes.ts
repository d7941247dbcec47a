import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../http/authenticate.ts';
import type { Actor } from './index.ts';

export const tags = ['Operators'];
export const config = { auth: 'operator' } as const;
export const reading = { auth: 'operator', body: false } as const;
export const writing = { auth: 'operator', body: true } as const;

/** Who is acting, for the audit log. */
export function actorOf(request: FastifyRequest): Actor {
  return { userId: callerOf(request).userId, requestId: request.id, ipAddress: request.ip };
}
