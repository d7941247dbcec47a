import type { Answer, Call } from './types.ts';
import type { World } from './world.ts';

export type Handler = (world: World, call: Call) => Answer | Promise<Answer>;

export type Route = {
  method: string;
  /** Path without the instance's name. */
  path: string;
  /** Whether the path ends in an instance's name. */
  named: boolean;
  /** `full` asks for existence and key, `key` for the key only, `open` for nothing. */
  guards: 'full' | 'key' | 'open';
  handle: Handler;
};

/** The name an operation works on: the query overrides the path, and it does so after the guards have passed. */
export const targetName = (call: Call): string => String(call.query.instanceName ?? call.name);
