// The Evolution API v2 contract, made multi-tenant: root paths, header `apikey`.
//
// How a group of routes is added: a file `<group>-routes.ts` exports `add<Group>Routes(routes, deps)` and is called
// below. `routes.ofNumber('POST', '/group/do/:instanceName', handle, { status: 201 })` gives `handle` a call whose caller
// and number are known and belong together (`call.number`, `call.name`: what answers call it); `call.body` is an object,
// `call.query('x')` reads one query parameter: nothing else of a query may be looked at, and nothing of either goes to a
// backend but what the route names. What `handle` returns is the answer. It throws DomainErrors, or `badRequest(…)` and
// its like of errors.ts for this contract's own words; `requireFits(body, schema)` refuses in the words of its validator.
// A route that takes large bodies says `bodyLimit`. A route that was refused until now is taken out of
// refused-routes.ts. `instanceIdOf(instanceName)` (src/evolution/instance-id.ts) is what answers call `instanceId`.
import type { FastifyInstance } from 'fastify';
import type { Messages } from '../../modules/messages/index.ts';
import type { PhoneNumbers } from '../../modules/phone-numbers/index.ts';
import type { Users } from '../../modules/users/index.ts';
import type { WebhookDelivery } from '../../modules/webhooks/index.ts';
import { createCallers } from './callers.ts';
import { addChatRoutes } from './chat-routes.ts';
import { addCreateRoute } from './create-route.ts';
import { addUnknownRoutes, contractConfig, prepareScope } from './frame.ts';
import { addGroupRoutes } from './group-routes.ts';
import { addInstanceRoutes } from './instance-routes.ts';
import { addLabelRoutes } from './label-routes.ts';
import { addMessageRoutes } from './message-routes.ts';
import { addRefusedRoutes } from './refused-routes.ts';
import { addRootRoutes } from './root-routes.ts';
import { createRoutes } from './routes.ts';
import { addSettingsRoutes } from './settings-routes.ts';
import { addWebhookRoutes } from './webhook-routes.ts';

export type EvolutionDialectDeps = {
  config: { serverUrl: string; corsOrigins: readonly string[] };
  users: Pick<Users, 'resolveApiKey' | 'resolveUser'>;
  phoneNumbers: PhoneNumbers;
  messages: Messages;
  webhookDelivery: WebhookDelivery;
};

/** Registers every route of the contract: served, refused, and unknown below its first parts. Needs registerRoot. */
export async function registerEvolutionDialect(app: FastifyInstance, deps: EvolutionDialectDeps): Promise<void> {
  await app.register(async (scope) => {
    const config = contractConfig(deps.config.corsOrigins);
    prepareScope(app, scope);
    const callers = createCallers(deps);
    const routes = createRoutes(scope, { ...deps, callers, config });
    addRootRoutes(app, routes, deps.config);
    addCreateRoute(routes, deps);
    addInstanceRoutes(routes, { ...deps, callers });
    addWebhookRoutes(routes, deps);
    addSettingsRoutes(routes, deps);
    await addMessageRoutes(scope, routes, deps);
    await addChatRoutes(scope, routes, deps);
    addGroupRoutes(routes, deps);
    addLabelRoutes(routes, deps);
    addRefusedRoutes(routes);
    addUnknownRoutes(scope, config);
  });
}
