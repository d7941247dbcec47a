import { request } from 'undici';
import { vi } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: a foreign body, looked at field by field in tests.
export type Reply = { status: number; body: any };

export type Api = {
  call(method: string, path: string, body?: unknown, key?: string | null): Promise<Reply>;
  create(instanceName: string, extra?: object): Promise<Reply>;
  send(instanceName: string, number: string, text?: string): Promise<Reply>;
  state(instanceName: string): Promise<string | undefined>;
  /** Creates a Baileys instance and has its QR scanned. */
  connected(instanceName: string, extra?: object): Promise<void>;
  untilState(instanceName: string, state: string): Promise<void>;
};

export const KEY = 'the-global-key';

export function createApi(sandbox: Sandbox): Api {
  async function call(method: string, path: string, body?: unknown, key: string | null = KEY): Promise<Reply> {
    const response = await request(sandbox.url + path, {
      method: method as 'GET',
      headers: {
        ...(key === null ? {} : { apikey: key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.body.text();
    const json = String(response.headers['content-type']).startsWith('application/json');
    return { status: response.statusCode, body: json && text !== '' ? JSON.parse(text) : text };
  }

  const create = (instanceName: string, extra: object = {}) =>
    call('POST', '/instance/create', { instanceName, integration: 'EVOLUTION', ...extra });
  const state = async (name: string) => (await call('GET', `/instance/connectionState/${name}`)).body.instance?.state;
  const untilState = (name: string, wanted: string) =>
    vi.waitFor(
      async () => {
        const now = await state(name);
        if (now !== wanted) throw new Error(`${name} is ${now}, not ${wanted}`);
      },
      { timeout: 5000, interval: 2 },
    );

  return {
    call,
    create,
    send: (name, number, text = 'hello') => call('POST', `/message/sendText/${name}`, { number, text }),
    state,
    untilState,
    async connected(name, extra = {}) {
      await create(name, { integration: 'WHATSAPP-BAILEYS', qrcode: true, ...extra });
      await sandbox.control.scan(name);
      await untilState(name, 'open');
    },
  };
}
