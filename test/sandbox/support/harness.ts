import { afterEach, beforeEach } from 'vitest';
import { fastKnobs, type Knobs, type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { type Api, createApi, KEY } from './api.ts';
import { type Listener, startListener } from './listener.ts';

export type Harness = { sandbox: Sandbox; api: Api; listener: Listener; webhook: object };

/** A fresh sandbox and a fresh receiver for each test of the file. */
export function useSandbox(knobs: Partial<Knobs> = {}): Harness {
  const harness = {} as Harness;
  beforeEach(async () => {
    harness.listener = await startListener();
    harness.sandbox = await startSandbox({ apiKey: KEY, knobs: { ...fastKnobs, ...knobs } });
    harness.api = createApi(harness.sandbox);
    harness.webhook = { url: harness.listener.url, events: [] };
  });
  afterEach(async () => {
    await harness.sandbox.close();
    await harness.listener.close();
  });
  return harness;
}
