import type { FastifyInstance } from 'fastify';
import { problemBody, readFailure } from '../../http/problem-details.ts';
import { notFound } from '../../platform/errors.ts';
import { type AccountDeps, addAccountOperations } from './account-operations.ts';
import { type AnalyticsDeps, addAnalyticsOperations } from './analytics-operations.ts';
import { type AuthDeps, addAuthOperations } from './auth-operations.ts';
import { addChatOperations } from './chat-operations.ts';
import { addExportOperation } from './export-operation.ts';
import { addInstanceOperations, type InstanceDeps } from './instance-operations.ts';
import { addMessageOperations, type MessageDeps } from './message-operations.ts';
import { addSessionAccessOperations } from './session-access-operations.ts';
import { addSessionOperations } from './session-operations.ts';
import { createSessions } from './session-ref.ts';
import { addWebhookOperations, type WebhookDeps } from './webhook-operations.ts';

export type SessionsServices = AuthDeps & AccountDeps & AnalyticsDeps & InstanceDeps & MessageDeps & WebhookDeps;

/**
 * The contract of a gateway whose users keep WhatsApp sessions and run an instance of each, below `/api/v1`. A session
 * is a phone number, its session_name the alias; its instance is the same number's connection.
 */
export function registerSessionsDialect(instance: FastifyInstance, services: SessionsServices): void {
  instance.register(
    async (app) => {
      app.setErrorHandler((error, request, reply) => {
        const { known, status } = readFailure(error, request, reply);
        const problem = problemBody(status, known, request.id);
        return reply
          .code(status)
          .type('application/problem+json; charset=utf-8')
          .send({ ...problem, message: problem.detail });
      });
      app.setNotFoundHandler({ preHandler: app.rateLimit() }, () => {
        throw notFound('Route');
      });
      const deps = { ...services, sessions: createSessions(services) };
      addAuthOperations(app, deps);
      addSessionOperations(app, deps);
      addSessionAccessOperations(app, deps);
      addChatOperations(app, deps);
      addInstanceOperations(app, deps);
      addMessageOperations(app, deps);
      addWebhookOperations(app, deps);
      addAccountOperations(app, deps);
      addAnalyticsOperations(app, deps);
      addExportOperation(app, deps);
    },
    { prefix: '/api/v1' },
  );
}
