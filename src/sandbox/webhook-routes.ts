import { webhookSchema } from '../evolution/wire.ts';
import { badRequest, crashed } from './errors.ts';
import { notInMemory } from './guards.ts';
import { type Handler, type Route, targetName } from './route.ts';
import { requireValid } from './validate.ts';
import { storeWebhook } from './webhook-rows.ts';
import { asJson, rowOf } from './world.ts';

const set: Handler = (world, call) => {
  requireValid(call.body, webhookSchema);
  const given = asJson(call.body.webhook);
  // With nothing but these two fields the schema also insists on a URL that is not empty.
  if (given.url === '' && Object.keys(given).every((name) => name === 'enabled' || name === 'url')) {
    throw badRequest(['The "url" cannot be empty']);
  }
  if (given.enabled === true && !Array.isArray(given.events)) throw notInMemory('length');
  const live = world.lives.get(targetName(call));
  if (!live) throw notInMemory('instanceId');
  const row = rowOf(world, live);
  if (!row) throw crashed(foreignKeyViolated);
  return { status: 201, body: storeWebhook(world, row, given) };
};

const find: Handler = (world, call) => {
  const live = world.lives.get(targetName(call));
  return { status: 200, body: (live && rowOf(world, live)?.webhook) ?? null };
};

const foreignKeyViolated =
  '\nInvalid `prisma.webhook.upsert()` invocation:\n\n\nForeign key constraint violated on the constraint: `Webhook_instanceId_fkey`';

export const webhookRoutes: Route[] = [
  { method: 'POST', path: '/webhook/set', named: true, guards: 'full', handle: set },
  { method: 'GET', path: '/webhook/find', named: true, guards: 'full', handle: find },
];
