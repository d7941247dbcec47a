import type { World } from './world.ts';

/** What the API of this build takes. */
export type Features = { async: boolean; idempotency: boolean };

export async function featuresOf(world: World): Promise<Features> {
  const answer = await fetch(`${world.apis[0]?.url}/api-docs/json`);
  const text = JSON.stringify(
    ((await answer.json()) as { paths: Record<string, unknown> }).paths['/api/messages/send-text'],
  );
  return { async: text.includes('"async"'), idempotency: /idempotency-key/i.test(text) };
}
