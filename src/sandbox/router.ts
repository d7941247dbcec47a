import { chatRoutes } from './chat-routes.ts';
import { foreignRoutes } from './foreign-routes.ts';
import { groupRoutes } from './group-routes.ts';
import { inboundRoutes } from './inbound-routes.ts';
import { instanceRoutes } from './instance-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { rootRoutes } from './root-routes.ts';
import type { Route } from './route.ts';
import { settingsRoutes } from './settings-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

export type Match = { route: Route; name: string | undefined };

/** @returns undefined for a path or method that no route has; an empty name counts as no name. */
export function createRouter(): (method: string, path: string) => Match | undefined {
  const table = new Map<string, Route>();
  for (const route of [
    ...rootRoutes,
    ...instanceRoutes,
    ...messageRoutes,
    ...chatRoutes,
    ...groupRoutes,
    ...webhookRoutes,
    ...settingsRoutes,
    ...inboundRoutes,
    ...foreignRoutes,
  ]) {
    table.set(`${route.method} ${route.path}${route.named ? '/' : ''}`, route);
  }

  return (method, path) => {
    const exact = table.get(`${method} ${path}`);
    if (exact && !exact.named) return { route: exact, name: undefined };
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    const named = name === '' ? undefined : table.get(`${method} ${path.slice(0, slash + 1)}`);
    return named?.named ? { route: named, name: decode(name) } : undefined;
  };
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
