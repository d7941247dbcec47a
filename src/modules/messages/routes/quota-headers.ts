import type { FastifyReply } from 'fastify';
import type { Quota } from '../sending/send-input.ts';

/** Tells a sender about the messages of his day. */
export function setQuotaHeaders(reply: FastifyReply, { limit, used, renewsInSeconds }: Quota): void {
  reply.headers({
    'x-quota-limit': String(limit),
    'x-quota-remaining': String(Math.max(0, limit - used)),
    'x-quota-reset': String(renewsInSeconds),
  });
}
