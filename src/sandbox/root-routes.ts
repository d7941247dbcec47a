import { EVOLUTION_MESSAGES } from '../evolution/wire.ts';
import type { Route } from './route.ts';

/** What needs no instance. */
export const rootRoutes: Route[] = [
  {
    method: 'GET',
    path: '/',
    named: false,
    guards: 'open',
    handle: (world, call) => ({
      status: 200,
      body: {
        status: 200,
        message: EVOLUTION_MESSAGES.welcome,
        version: '2.3.6',
        clientName: world.clientName,
        manager: `http://${call.host}/manager`,
        documentation: 'https://doc.evolution-api.com',
        whatsappWebVersion: '2.3000.1027934701',
      },
    }),
  },
  {
    method: 'POST',
    path: '/verify-creds',
    named: false,
    guards: 'key',
    handle: () => ({ status: 200, body: { status: 200, message: EVOLUTION_MESSAGES.credentialsValid } }),
  },
];
