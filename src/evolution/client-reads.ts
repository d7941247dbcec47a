import type { Dispatcher } from 'undici';
import { callChats } from './client-chats.ts';
import { callForward } from './client-forward.ts';
import { callGroups } from './client-groups.ts';
import { callProfile } from './client-profile.ts';
import { createAsk } from './reading-call.ts';

export type EvolutionReads = ReturnType<typeof callReads>;

/**
 * Chats, groups and the profile of an instance. What a server answers is read into shapes of our own: its names, tokens
 * and addresses never come along, and everything has a bound. What `forward` passes on keeps the server's shape.
 */
export function callReads(deps: { origin: string; prefix: string; dispatcher: Dispatcher; apiKey: string }) {
  const ask = createAsk(deps);
  return { ...callChats(ask), ...callGroups(ask), ...callProfile(ask), forward: callForward(deps) };
}
