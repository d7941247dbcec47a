import { EVOLUTION_MESSAGES } from '../evolution/wire.ts';
import { badRequest, crashed, forbidden, notFound, unauthorized, WireError } from './errors.ts';
import type { Call } from './types.ts';
import type { World } from './world.ts';

/** The server's three guards in its order: existence (whoever asks), name in use (creates), then the key. */
export function guard(world: World, call: Call): void {
  const creating = call.url.includes('/instance/create');
  if (!creating && !call.url.includes('/instance/fetchInstances')) {
    if (!call.name) throw badRequest('"instanceName" not provided.');
    if (!exists(world, call.name)) throw notFound(EVOLUTION_MESSAGES.instanceDoesNotExist(call.name));
  }
  // The whole URL is searched, so a query that merely names the create route lands here too.
  if (creating && exists(world, call.body.instanceName)) {
    throw forbidden(EVOLUTION_MESSAGES.nameInUse(String(call.body.instanceName)));
  }
  requireKey(world, call);
}

/** The global key, or the token of the instance in the path; fetching instances takes any token. */
export function requireKey(world: World, call: Call): void {
  const key = call.apikey;
  if (!key) throw unauthorized();
  if (key === world.apiKey) return;
  if (call.name !== undefined) {
    if (world.rows.get(call.name)?.token === key) return;
  } else if (call.url.includes('/instance/fetchInstances')) {
    for (const row of world.rows.values()) if (row.token === key) return;
  }
  throw unauthorized();
}

function exists(world: World, name: unknown): boolean {
  // The server asks its database for "no name given", which every row answers.
  if (name === undefined) return world.rows.size > 0;
  if (typeof name !== 'string') throw invalidName(name);
  // Its memory is a plain object: names every object has are never free.
  return world.lives.has(name) || world.rows.has(name) || name in Object.prototype;
}

function invalidName(name: unknown): WireError {
  const kind = typeof name === 'number' ? 'Int' : name === null ? 'null' : typeof name;
  const shown = String(JSON.stringify(name));
  return new WireError(500, [
    `PrismaClientValidationError: \nInvalid \`prisma.instance.findMany()\` invocation:\n\n{\n  where: {\n    name: ${shown}\n          ${'~'.repeat(shown.length)}\n  }\n}\n\nArgument \`name\`: Invalid value provided. Expected StringFilter or String, provided ${kind}.`,
  ]);
}

/** What an operation on an instance that only the database knows dies of. */
export const notInMemory = (property: string): WireError =>
  crashed(`Cannot read properties of undefined (reading '${property}')`);
