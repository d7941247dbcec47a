import { EVOLUTION_MESSAGES } from '../evolution/wire.ts';
import { notFound, unauthorized } from './errors.ts';
import type { Handler } from './route.ts';
import type { Json, Row } from './types.ts';
import { asText, type World } from './world.ts';

/** The database's view: its state of a connection may differ from what `connectionState` says. */
export const fetchInstances: Handler = (world, call) => {
  const name = asText(call.query.instanceName) || undefined;
  const id = asText(call.query.instanceId) || undefined;
  const number = asText(call.query.number) || undefined;
  const rows = [...world.rows.values()];

  if (call.apikey !== world.apiKey) {
    const own = rows.filter(
      (row) => row.token === call.apikey && (!name || row.name === name) && (!id || row.id === id),
    );
    if (own.length === 0) throw unauthorized();
    return list(
      world,
      own.map((row) => row.name),
    );
  }
  if (id || number) {
    const found = rows.find((row) => (id ? row.id === id : row.number === number));
    if (!found) throw notFound(EVOLUTION_MESSAGES.instanceNotFound(id ?? number ?? ''));
    return list(world, [found.name]);
  }
  return name ? list(world, [name]) : { status: 200, body: rows.map((row) => show(world, row)) };
};

/** A name must be in memory to be found, and in the database to be shown. */
function list(world: World, names: string[]): { status: number; body: Json[] } {
  const missing = names.filter((name) => !world.lives.has(name));
  if (missing.length > 1) throw notFound(`Instances "${missing.join(', ')}" not found`);
  if (missing[0] !== undefined) throw notFound(EVOLUTION_MESSAGES.instanceNotFound(missing[0]));
  const rows = names.flatMap((name) => world.rows.get(name) ?? []);
  return { status: 200, body: rows.map((row) => show(world, row)) };
}

function show(world: World, row: Row): Json {
  const { paired: _paired, groups: _groups, settings, webhook: _webhook, foreign = [], ...columns } = row;
  const attached = (name: string) => (foreign.includes(name) ? { enabled: true, instanceId: row.id } : null);
  return {
    ...columns,
    clientName: world.clientName,
    Chatwoot: attached('Chatwoot'),
    Proxy: null,
    Rabbitmq: attached('Rabbitmq'),
    Nats: attached('Nats'),
    Sqs: attached('Sqs'),
    Websocket: attached('Websocket'),
    Setting: settings ? { ...settings, instanceId: row.id } : null,
    _count: { Message: world.messages.count(row.id), Contact: 0, Chat: 0 },
  };
}
