import { createRequire } from 'node:module';
import type { EvolutionApi as Credentials } from 'n8n-nodes-evolution-api/dist/credentials/EvolutionApi.credentials.js';
import type { EvolutionApi as EvolutionNode } from 'n8n-nodes-evolution-api/dist/nodes/EvolutionApi/EvolutionApi.node.js';
import type { INode } from 'n8n-workflow';
import { request } from 'undici';

// Their packages can be required only.
const load = createRequire(import.meta.url);
const { NodeHelpers, Workflow }: typeof import('n8n-workflow') = load('n8n-workflow');
const nodes = 'n8n-nodes-evolution-api/dist';
const nodeClass: typeof EvolutionNode = load(`${nodes}/nodes/EvolutionApi/EvolutionApi.node.js`).EvolutionApi;
const credentialsClass: typeof Credentials = load(`${nodes}/credentials/EvolutionApi.credentials.js`).EvolutionApi;

// biome-ignore lint/suspicious/noExplicitAny: what a workflow hands from node to node.
export type Item = any;

export type Client = {
  /** Runs one operation of the node; resolves with what goes on to the next node. */
  run(resource: string, operation: string, parameters: Record<string, unknown>): Promise<Item>;
  /** What n8n asks when somebody saves the credentials; resolves with the status. */
  testCredentials(): Promise<number>;
};

type WireRequest = {
  method: string;
  uri: string;
  headers?: Record<string, string>;
  body?: unknown;
};

/** The published node as n8n runs it: its own code, n8n's own rules for parameters and expressions, real HTTP. */
export function createN8nClient(credentials: { 'server-url': string; apikey: string }): Client {
  const node = new nodeClass();
  const placed: INode = {
    id: '1',
    name: 'Evolution',
    type: 'evolution',
    typeVersion: 1,
    position: [0, 0],
    parameters: {},
  };

  async function run(resource: string, operation: string, parameters: Record<string, unknown>): Promise<Item> {
    // What nobody filled in has the default that its form shows.
    const { properties } = node.description;
    const filled = NodeHelpers.getNodeParameters(
      properties,
      { resource, operation, ...parameters },
      true,
      false,
      placed,
    );
    const context = {
      getNode: () => placed,
      getInputData: () => [{ json: {} }],
      getCredentials: async () => credentials,
      continueOnFail: () => true,
      getNodeParameter: (path: string, _item: number, fallback?: unknown) => parameterAt(filled, path, fallback),
      helpers: { request: (options: WireRequest) => send(options), returnJsonArray },
    };
    const [items] = (await node.execute.call(context as never)) as Item[][];
    return items?.[0];
  }

  async function testCredentials(): Promise<number> {
    const { authenticate, test } = new credentialsClass() as Item;
    const resolved = (text: string) => evaluated(text, credentials);
    const { baseURL, url, method, headers } = test.request;
    const response = await request(`${resolved(baseURL)}${resolved(url)}`, {
      method,
      headers: mapped({ ...authenticate.properties.headers, ...headers }, resolved),
    });
    await response.body.dump();
    return response.statusCode;
  }

  return { run, testCredentials };
}

async function send({ method, uri, headers = {}, body }: WireRequest): Promise<unknown> {
  const response = await request(uri, {
    method: method as 'GET',
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.body.text();
  const answer = text === '' ? '' : JSON.parse(text);
  if (response.statusCode < 300) return answer;
  throw Object.assign(new Error(`${response.statusCode} - ${JSON.stringify(answer)}`), {
    statusCode: response.statusCode,
  });
}

function parameterAt(filled: unknown, path: string, fallback: unknown): unknown {
  const found = path
    .split('.')
    .reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], filled);
  if (found !== undefined) return found;
  if (fallback !== undefined) return fallback;
  throw new Error(`Could not get parameter "${path}"`);
}

function returnJsonArray(data: Item): Item[] {
  return [data].flat().map((item) => (item?.json === undefined ? { json: item } : item));
}

function evaluated(text: string, credentials: object): string {
  const nodeTypes = { getByName: () => undefined, getByNameAndVersion: () => undefined, getKnownTypes: () => ({}) };
  const workflow = new Workflow({ nodes: [], connections: {}, active: false, nodeTypes: nodeTypes as never });
  const keys = { $credentials: credentials };
  return String(workflow.expression.resolveSimpleParameterValue(text, {}, null, 0, 0, '', [], 'manual', keys as never));
}

const mapped = (of: Record<string, string>, change: (value: string) => string) =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]));
