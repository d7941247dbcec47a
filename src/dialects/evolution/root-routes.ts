import type { FastifyInstance } from 'fastify';
import { EVOLUTION_MESSAGES } from '../../evolution/wire.ts';
import type { Routes } from './routes.ts';

/** The version whose contract is spoken here. */
const version = '2.3.6';

/** What `GET /` says to clients of this contract, beside what it says of us, and the check of credentials. */
export function addRootRoutes(app: FastifyInstance, routes: Routes, { serverUrl }: { serverUrl: string }): void {
  Object.assign(app.rootDescription, {
    status: 200,
    message: EVOLUTION_MESSAGES.welcome,
    version,
    clientName,
    manager: `${serverUrl}/manager`,
    documentation: `${serverUrl}/api-docs`,
  });

  routes.ofUser('POST', '/verify-creds', async () => ({ status: 200, message: EVOLUTION_MESSAGES.credentialsValid }));
}

/** Stands where that server names itself. */
export const clientName = 'evofleet';
