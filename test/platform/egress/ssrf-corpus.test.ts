import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  checkUrl,
  createEgress,
  type Dial,
  EgressError,
  EgressRefused,
  type ResolvedAddress,
} from '../../../src/platform/egress/index.ts';
import { hasIpv6, httpReceiver, httpsReceiver, listen, type Receiver } from './support/receivers.ts';
import { selfSigned } from './support/self-signed.ts';
import { readCorpus, zoneLookup } from './support/ssrf-corpus.ts';

const { lines, zone } = readCorpus();
const policy = { allowCidrs: [], allowNames: ['ssrf.test'] };
const limits = { maxBytes: 1_024, deadlineMs: 5_000 };
const ofStage = (...stages: string[]) => lines.filter((line) => stages.includes(line.stage));
const title = (url: string) => (url.length > 100 ? `${url.slice(0, 100)}…` : url);

let canary4: Receiver;
let canary6: Receiver | undefined;
let socketsOpened = 0;
const countSocket = () => {
  socketsOpened += 1;
};

beforeAll(async () => {
  const trap = () => createServer((socket) => socket.end());
  canary4 = await listen(trap(), '127.0.0.1');
  if (hasIpv6()) canary6 = await listen(trap(), '::1', canary4.port);
  subscribe('net.client.socket', countSocket);
});

afterAll(async () => {
  unsubscribe('net.client.socket', countSocket);
  await canary4[Symbol.asyncDispose]();
  await canary6?.[Symbol.asyncDispose]();
});

beforeEach(() => {
  socketsOpened = 0;
});

function canaryConnections(): number {
  return canary4.connections() + (canary6?.connections() ?? 0);
}

/** The same URL at the canary's port, where the URL has a place for one. */
function atCanary(url: string): string[] {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return [];
  parsed.port = String(canary4.port);
  return [parsed.href];
}

test('the corpus is read whole', () => {
  expect(lines.length).toBe(72);
  expect(zone.size).toBe(24);
});

describe('when saved', () => {
  test.each(ofStage('parse', 'policy', 'literal', 'name').map((line) => [title(line.url), line] as const))(
    'refused: %s',
    (_title, line) => {
      let refusal: unknown;
      try {
        checkUrl(line.url, policy);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(EgressRefused);
      expect(refusal).toMatchObject({ code: 'invalid_url', stage: line.stage, kind: 'refused' });
    },
  );

  test.each(ofStage('-', 'resolve', 'redirect').map((line) => [line.url, line] as const))('may be saved: %s', (url) => {
    expect(checkUrl(url, policy).url.href).toBe(new URL(url).href);
  });
});

describe('when used', () => {
  test.each(
    lines
      .filter((line) => line.verdict === 'BLOCK' && line.stage !== 'redirect')
      .map((line) => [title(line.url), line] as const),
  )('refused, and no socket is opened: %s', async (_title, line) => {
    await using egress = createEgress({ ...policy, lookup: zoneLookup(zone) });
    for (const url of [line.url, ...atCanary(line.url)]) {
      // A URL that was refused for its port alone is an ordinary public one at another port.
      if (url !== line.url && line.stage === 'policy' && new URL(url).hostname === 'pub.ssrf.test') continue;
      await expect(egress.fetchBytes({ url, ...limits })).rejects.toBeInstanceOf(EgressRefused);
    }
    expect(socketsOpened).toBe(0);
    expect(canaryConnections()).toBe(0);
  });

  test.each([...zone].map(([name, answers]) => [name, answers] as const))(
    'the name %s leads nowhere but to public addresses',
    async (name, answers) => {
      const dialled: string[] = [];
      await using receiver = await httpReceiver((_request, response) =>
        response.setHeader('connection', 'close').end(),
      );
      await using egress = createEgress({ ...policy, lookup: zoneLookup(zone), dial: dialTo(receiver.port, dialled) });
      for (const answer of answers) {
        const outcome = await egress
          .fetchBytes({ url: `http://${name}/hook`, ...limits })
          .catch((error: EgressError) => error);
        if (answer.length === 0) expect(outcome).toMatchObject({ kind: 'dns' });
        else if (answer.every(isExpectedPublic)) {
          expect(outcome).toMatchObject({ status: 200 });
          expect(dialled).toEqual(answer.map(({ address }) => address));
        } else expect(outcome).toMatchObject({ kind: 'refused', stage: 'resolve' });
      }
      expect(canaryConnections()).toBe(0);
    },
  );

  test.each(ofStage('-').map((line) => [line.url, line] as const))(
    'reached at the checked address, under its own name: %s',
    async (url) => {
      const dialled: string[] = [];
      const hosts: unknown[] = [];
      const servernames: unknown[] = [];
      const { hostname, protocol, host } = new URL(url);
      const bareName = hostname.replace(/^\[|\]$|\.$/g, '');
      const identity = selfSigned([bareName]);
      const listener: Parameters<typeof httpReceiver>[0] = (request, response) => {
        hosts.push(request.headers.host);
        response.end('ok');
      };
      await using receiver = await (protocol === 'https:'
        ? httpsReceiver(identity, listener, servernames)
        : httpReceiver(listener));
      const dial = dialTo(receiver.port, dialled);
      await using egress = createEgress({ ...policy, lookup: zoneLookup(zone), dial, ca: identity.cert });

      const answer = await egress.fetchBytes({ url, ...limits });

      expect(answer).toMatchObject({ status: 200, truncated: false });
      expect(answer.body.toString()).toBe('ok');
      expect(dialled).toEqual(zone.get(bareName)?.[0]?.map(({ address }) => address) ?? [bareName]);
      expect(hosts).toEqual([host]);
      if (protocol === 'https:') expect(servernames).toEqual([zone.has(bareName) ? bareName : false]);
    },
  );

  test.each(ofStage('redirect').map((line) => [line.url, line] as const))(
    'answered with a redirect that is not followed: %s',
    async (url) => {
      const first = new URL(url);
      const location = (first.searchParams.get('to') ?? '').replace('127.0.0.1', `127.0.0.1:${canary4.port}`);
      const identity = selfSigned([first.hostname]);
      const paths: unknown[] = [];
      await using receiver = await httpsReceiver(identity, (request, response) => {
        paths.push(request.url);
        response.writeHead(302, { location }).end();
      });
      const dial = dialTo(receiver.port, []);
      await using egress = createEgress({ ...policy, lookup: zoneLookup(zone), dial, ca: identity.cert });

      const answer = await egress.fetchBytes({ url, ...limits });

      expect(answer.status).toBe(302);
      expect(answer.headers.location).toBe(location);
      expect(location).toContain(String(canary4.port));
      expect(paths).toEqual([first.pathname + first.search]);
      expect(canaryConnections()).toBe(0);
    },
  );
});

test('the canary and the socket count do notice a connection', async () => {
  await using egress = createEgress({ allowCidrs: ['127.0.0.0/8', '::1/128'] });
  for (const host of ['127.0.0.1', '[::1]']) {
    const url = `http://${host}:${canary4.port}/`;
    await expect(egress.fetchBytes({ url, ...limits })).rejects.toBeInstanceOf(EgressError);
  }
  expect(canary4.connections()).toBe(1);
  if (canary6 !== undefined) expect(canary6.connections()).toBe(1);
  expect(socketsOpened).toBe(2);
});

/** Stands in for the public internet: records where the guard would go, and goes to the receiver. */
function dialTo(port: number, dialled: string[]): Dial {
  return ({ addresses }) => {
    dialled.push(...addresses.map(({ address }) => address));
    return connect({ host: '127.0.0.1', port });
  };
}

/** Written out, so that the rules under test do not judge themselves. */
function isExpectedPublic({ address }: ResolvedAddress): boolean {
  return address === '93.184.215.14' || address === '2606:4700:4700::1111';
}
