import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Dispatcher } from 'undici';
import { EvolutionError, errorOfAnswer, errorOfFailure, errorOfUnreadable } from './errors.ts';
import { type Exchange, exchange, segment } from './exchange.ts';
import {
  AcceptedAnswer,
  ConnectFailure,
  ConnectionStateAnswer,
  CreateInstanceAnswer,
  CreateInstanceBody,
  InstanceRow,
  type InstanceState,
  QrCode,
  RootAnswer,
  SetSettingsAnswer,
  type SetSettingsBody,
  VerifyCredentialsAnswer,
  type WebhookConfig,
  WebhookRow,
} from './wire.ts';
import { ListedRow } from './wire-instances.ts';

const MIB = 1024 * 1024;
const VERSION_DEADLINE_MS = 5_000;
const PROBE_NAME = 'evofleet-probe-no-such-instance';
/** The server takes about 1.4 ms and 900 bytes for each row of its list, and does nothing else meanwhile. */
const LIST_DEADLINE_MS = 30_000;
const LIST_BYTES_MAX = 8 * MIB;

/** What `connect` and `restart` lead to. `waiting`: no QR yet, ask again or wait for the webhook. */
export type ConnectResult =
  | { kind: 'state'; state: InstanceState | 'not_loaded' }
  | { kind: 'qr'; image: string; code: string; pairingCode: string | null; count: number }
  | { kind: 'waiting'; count: number };

/** One of the server's list; its time is by the server's clock. */
export type ListedInstance = { name: string; createdAt: Date | null };

type Deps = {
  origin: string;
  prefix: string;
  dispatcher: Dispatcher;
  apiKey: string;
  readTimeoutMs: number;
  connectTimeoutMs: number;
};

/** Every call about instances and the server itself. All reject with `EvolutionError`. */
export function callInstances(deps: Deps) {
  const { readTimeoutMs, connectTimeoutMs, prefix } = deps;
  const keyed = { apikey: deps.apiKey, 'content-type': 'application/json' };
  const secrets = [deps.apiKey];

  return {
    /**
     * Blocks 5 s when `qrcode` is true. After `timeout` or `connection_lost` ask for the state first: a second create of the
     * same name may remove the first one's instance. The answer's `hash` is the instance's token.
     */
    async createInstance(body: CreateInstanceBody): Promise<CreateInstanceAnswer> {
      // The server copies the body over its own record, so an unlisted field must never get there.
      if (!Value.Check(CreateInstanceBody, body)) throw new EvolutionError('refused', 'unlisted field or wrong type');
      const call = { ...post('/instance/create', body), deadlineMs: connectTimeoutMs, answerBytesMax: 4 * MIB };
      const made = checked(CreateInstanceAnswer, await answer(call, body.instanceName, [body.token ?? '']));
      requireAbout(body.instanceName, made.instance.instanceName);
      return made;
    },

    /** `pairingNumber` (digits) asks for a pairing code as well. */
    async connect(instance: string, pairingNumber?: string): Promise<ConnectResult> {
      if (pairingNumber !== undefined && !/^\d{5,20}$/.test(pairingNumber))
        throw new EvolutionError('refused', 'the pairing number must be digits');
      const query = pairingNumber === undefined ? '' : `?number=${pairingNumber}`;
      const call = { ...get(`/instance/connect/${segment(instance)}${query}`), deadlineMs: connectTimeoutMs };
      return connectResult(instance, await answer({ ...call, answerBytesMax: 4 * MIB }, instance));
    },

    async restart(instance: string): Promise<ConnectResult> {
      const call = { ...post(`/instance/restart/${segment(instance)}`, {}), deadlineMs: connectTimeoutMs };
      return connectResult(instance, await answer({ ...call, answerBytesMax: 4 * MIB }, instance));
    },

    /** The server's memory. `not_loaded`: the instance is in its database only, and nothing can be sent through it here. */
    async connectionState(instance: string): Promise<InstanceState | 'not_loaded'> {
      const call = get(`/instance/connectionState/${segment(instance)}`);
      const found = checked(ConnectionStateAnswer, await answer(call, instance));
      requireAbout(instance, found.instance.instanceName);
      return found.instance.state ?? 'not_loaded';
    },

    /** The server's database; holds the instance's token. */
    async fetchInstance(instance: string): Promise<InstanceRow> {
      const path = `/instance/fetchInstances?instanceName=${segment(instance)}`;
      const rows = checked(Type.Array(InstanceRow), await answer(get(path), instance));
      const [first] = rows;
      if (first === undefined) throw new EvolutionError('not_found', 'no row of that name', 200);
      const row = rows.find((each) => each.name === instance) ?? first;
      requireAbout(instance, row.name);
      return row;
    },

    /**
     * All that the server's database holds, whoever made it: about 9,000 instances at most, `unreadable` beyond. It blocks
     * the server for as long as it takes, so it is for once in a while.
     */
    async listInstances(): Promise<ListedInstance[]> {
      const call = { ...get('/instance/fetchInstances'), deadlineMs: LIST_DEADLINE_MS, answerBytesMax: LIST_BYTES_MAX };
      const rows = checked(Type.Array(ListedRow), await answer(call));
      return rows.map(({ name, createdAt }) => {
        const time = new Date(typeof createdAt === 'string' ? createdAt : '');
        return { name, createdAt: Number.isNaN(time.getTime()) ? null : time };
      });
    },

    /** Answered before it is done. `not_connected` when there is nothing to log out. */
    async logout(instance: string): Promise<void> {
      checked(AcceptedAnswer, await answer(remove(`/instance/logout/${segment(instance)}`), instance));
    },

    /** Answered before it is done: the name stays taken for a while. */
    async deleteInstance(instance: string): Promise<void> {
      checked(AcceptedAnswer, await answer(remove(`/instance/delete/${segment(instance)}`), instance));
    },

    async setWebhook(instance: string, webhook: WebhookConfig): Promise<WebhookRow> {
      return checked(WebhookRow, await answer(post(`/webhook/set/${segment(instance)}`, { webhook }), instance));
    },

    async findWebhook(instance: string): Promise<WebhookRow | null> {
      const row = await answer(get(`/webhook/find/${segment(instance)}`), instance);
      return row === null ? null : checked(WebhookRow, row);
    },

    async setSettings(instance: string, settings: SetSettingsBody): Promise<void> {
      const call = post(`/settings/set/${segment(instance)}`, settings);
      const set = checked(SetSettingsAnswer, await answer(call, instance));
      requireAbout(instance, set.settings.instanceName);
    },

    /** Rejects with `unauthorized` unless the key is the server's global one. */
    async verifyCredentials(): Promise<void> {
      checked(VerifyCredentialsAnswer, await answer(post('/verify-creds', {})));
    },

    /** Needs no key, and makes the server call out to the internet: slow, and no sign of health. */
    async version(): Promise<RootAnswer> {
      return checked(RootAnswer, await answer({ ...get('/'), headers: {}, deadlineMs: VERSION_DEADLINE_MS }));
    },

    /**
     * Resolves when an Evolution server answers: it says in its own words that an instance does not exist. Reads its memory
     * only, proves neither the key (existence is looked up first) nor the database.
     */
    async probe(): Promise<void> {
      try {
        checked(ConnectionStateAnswer, await answer(get(`/instance/connectionState/${PROBE_NAME}`)));
      } catch (error) {
        if (!(error instanceof EvolutionError && error.kind === 'not_found')) throw error;
      }
    },
  };

  function get(path: string): Exchange {
    return call('GET', path, null);
  }

  function post(path: string, body: unknown): Exchange {
    return call('POST', path, JSON.stringify(body));
  }

  function remove(path: string): Exchange {
    return call('DELETE', path, null);
  }

  function call(method: Exchange['method'], path: string, body: string | null): Exchange {
    const headers = body === null ? { apikey: deps.apiKey } : keyed;
    return { method, path: prefix + path, headers, body, deadlineMs: readTimeoutMs, answerBytesMax: MIB };
  }

  async function answer(request: Exchange, instance?: string, moreSecrets: readonly string[] = []): Promise<unknown> {
    const result = await exchange(deps.dispatcher, deps.origin, request);
    if (result.kind === 'failed') throw errorOfFailure(result.failure);
    if (result.kind === 'unreadable') throw errorOfUnreadable(result.status, result.detail);
    if (result.status >= 200 && result.status < 300) return result.body;
    throw errorOfAnswer(result.status, result.body, [...secrets, ...moreSecrets], instance);
  }
}

function connectResult(instance: string, body: unknown): ConnectResult {
  if (Value.Check(ConnectFailure, body)) throw new EvolutionError('failed', 'the server could not connect it', 200);
  if (Value.Check(ConnectionStateAnswer, body)) {
    requireAbout(instance, body.instance.instanceName);
    return { kind: 'state', state: body.instance.state ?? 'not_loaded' };
  }
  const { base64, code, pairingCode, count } = checked(QrCode, body);
  if (base64 === undefined || code === undefined) return { kind: 'waiting', count: count ?? 0 };
  return { kind: 'qr', image: base64, code, pairingCode: pairingCode ?? null, count: count ?? 0 };
}

function requireAbout(instance: string, named: string): void {
  if (named !== instance) throw new EvolutionError('unreadable', 'the answer is about another instance', 200);
}

function checked<T extends Type.TSchema>(schema: T, body: unknown): Static<T> {
  if (Value.Check(schema, body)) return body;
  throw new EvolutionError('unreadable', 'not the shape an Evolution server answers with', 200);
}
