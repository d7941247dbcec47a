import { badRequest } from './errors.ts';
import { type Handler, type Route, targetName } from './route.ts';
import { asText } from './world.ts';

/** Kinds of bots; a server on which a kind is switched off refuses its routes. */
const bots = ['typebot', 'openai', 'dify', 'flowise', 'n8n', 'evoai', 'evolutionBot'];

const find =
  (bot: string): Handler =>
  (world, call) => {
    if (!world.knobs.bots) throw badRequest(`${bot} is disabled`);
    const row = world.rows.get(targetName(call));
    return { status: 200, body: row?.foreign?.includes(bot) ? [{ id: row.id, enabled: true }] : [] };
  };

/** Every instance of the memory, as Prometheus reads it. */
const metrics: Handler = (world, call) => {
  if (!world.knobs.openMetrics) return { status: 401, body: 'Authentication required' };
  const lives = [...world.lives.values()];
  const lines = lives.flatMap(({ name, integration, state }) => {
    const labels = `instance="${name}",integration="${integration}"`;
    return [
      `evolution_instance_up{${labels}} ${state === 'open' ? 1 : 0}`,
      `evolution_instance_state{${labels},state="${state}"} 1`,
    ];
  });
  const head = [
    '# HELP evolution_environment_info Environment information',
    '# TYPE evolution_environment_info gauge',
    `evolution_environment_info{version="2.3.6",clientName="${world.clientName}",serverUrl="http://${asText(call.host) ?? ''}"} 1`,
    '# HELP evolution_instances_total Total number of instances',
    '# TYPE evolution_instances_total gauge',
    `evolution_instances_total ${lives.length}`,
    '# HELP evolution_instance_up 1 if instance state is open, else 0',
    '# TYPE evolution_instance_up gauge',
    '# HELP evolution_instance_state Instance state as a labelled metric',
    '# TYPE evolution_instance_state gauge',
  ];
  return { status: 200, body: `${[...head, ...lines].join('\n')}\n` };
};

export const foreignRoutes: Route[] = [
  { method: 'GET', path: '/metrics', named: false, guards: 'open', handle: metrics },
  ...bots.map(
    (bot): Route => ({ method: 'GET', path: `/${bot}/find`, named: true, guards: 'full', handle: find(bot) }),
  ),
];
