import { receiveOnEvolution } from './inbound.ts';
import type { Route } from './route.ts';

/** How a message reaches an EVOLUTION instance: by its number, without any key. */
export const inboundRoutes: Route[] = [
  {
    method: 'POST',
    path: '/webhook/evolution',
    named: false,
    guards: 'open',
    handle: (world, call) => {
      const { numberId } = call.body;
      const row = numberId ? [...world.rows.values()].find((each) => each.number === numberId) : undefined;
      const live = row && world.lives.get(row.name);
      // Nobody's number is swallowed with an empty 200.
      if (!live) return { status: 200, body: '' };
      receiveOnEvolution(world, live, call.body);
      return { status: 200, body: { status: 'success' } };
    },
  },
];
