import type { FastifyInstance } from 'fastify';
import { registerBackendRoutes } from './backend-routes.ts';
import { registerFleetRoutes } from './fleet-routes.ts';
import type { Admin } from './index.ts';
import { registerNumberRoutes } from './number-routes.ts';
import { registerManagedUserRoutes } from './user-routes.ts';
import { registerWatchRoutes } from './watch-routes.ts';

/** What operators do. For everybody else none of these routes exists. */
export function registerAdminRoutes(app: FastifyInstance, deps: { admin: Admin }): void {
  registerBackendRoutes(app, deps);
  registerFleetRoutes(app, deps);
  registerNumberRoutes(app, deps);
  registerManagedUserRoutes(app, deps);
  registerWatchRoutes(app, deps);
}
