import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import {
  createEgress,
  createLookup,
  EgressError,
  type EgressOptions,
  type ResolvedAddress,
} from '../../../src/platform/egress/index.ts';
import { connectionsAreFree, httpReceiver, httpsReceiver, listen, until } from './support/receivers.ts';
import { selfSigned } from './support/self-signed.ts';

const allowCidrs = ['127.0.0.0/8'];
const limits = { maxBytes: 1_024, deadlineMs: 5_000 };
const loopback: ResolvedAddress = { address: '127.0.0.1', family: 4 };
const publicAddress: ResolvedAddress = { address: '93.184.215.14', family: 4 };

describe('a name', () => {
  test('is asked for once per connection, so a changed answer reaches only addresses checked anew', async () => {
    let asked = 0;
    await using receiver = await httpReceiver((request, response) => {
      response.setHeader('connection', request.url === '/last' ? 'close' : 'keep-alive').end('ok');
    });
    const lookup = async (): Promise<ResolvedAddress[]> =>
      ++asked === 1 ? [loopback] : [{ address: '10.0.0.1', family: 4 }];
    await using egress = createEgress({ allowCidrs, lookup });
    const origin = `http://hook.example.com:${receiver.port}`;
    for (const path of ['/first', '/last']) {
      expect(await egress.fetchBytes({ url: origin + path, ...limits })).toMatchObject({ status: 200 });
      await connectionsAreFree();
    }
    expect(asked).toBe(1);
    const again = egress.fetchBytes({ url: `${origin}/again`, ...limits });
    await expect(again).rejects.toMatchObject({ kind: 'refused', stage: 'resolve' });
  });

  test('with several addresses is reached at the next when one takes no connection', async () => {
    await using receiver = await httpReceiver((_request, response) => response.end('ok'));
    const lookup = async (): Promise<ResolvedAddress[]> => [{ address: '127.0.0.9', family: 4 }, loopback];
    await using egress = createEgress({ allowCidrs, lookup });
    const answer = await egress.fetchBytes({ url: `http://hook.example.com:${receiver.port}/`, ...limits });
    expect(answer.status).toBe(200);
  });

  test.each<[string, ResolvedAddress[]]>([
    ['a private one among public ones', [publicAddress, { address: '10.0.0.1', family: 4 }]],
    ['one with an interface name', [{ address: 'fe80::1%lo', family: 6 }]],
    ['no address at all', [{ address: 'loopback', family: 4 }]],
    ['an IPv4 address as IPv6', [{ address: '::ffff:127.0.0.1', family: 6 }]],
  ])('is refused for %s', async (_name, addresses) => {
    expect(await failureOf({ lookup: async () => addresses }, 'http://hook.example.com/')).toMatchObject({
      kind: 'refused',
      code: 'invalid_url',
      stage: 'resolve',
    });
  });

  test('that is local must lead to listed addresses only', async () => {
    await using receiver = await httpReceiver((_request, response) => response.end('ok'));
    const url = `http://n8n:${receiver.port}/`;
    await using egress = createEgress({ allowCidrs, lookup: async () => [loopback] });
    expect(await egress.fetchBytes({ url, ...limits })).toMatchObject({ status: 200 });
    expect(await failureOf({ lookup: async () => [publicAddress] }, url)).toMatchObject({
      kind: 'refused',
      stage: 'resolve',
    });
  });

  test('without addresses, or one nobody can look up, fails as dns', async () => {
    expect(await failureOf({ lookup: async () => [] }, 'http://hook.example.com/')).toMatchObject({ kind: 'dns' });
    const lookup = async () => Promise.reject(new Error('SERVFAIL of 10.0.0.2'));
    const failure = await failureOf({ lookup }, 'http://hook.example.com/');
    expect(failure).toMatchObject({ kind: 'dns', message: 'The host name could not be resolved.' });
  });

  test('whose look-up hangs fails as timeout', async () => {
    const lookup = () => new Promise<never>(() => {});
    expect(await failureOf({ lookup, connectTimeoutMs: 50 }, 'http://hook.example.com/')).toMatchObject({
      kind: 'timeout',
    });
  });
});

test('a port nobody listens on fails as connect', async () => {
  const receiver = await httpReceiver(() => {});
  await receiver[Symbol.asyncDispose]();
  expect(await failureOf({}, `http://127.0.0.1:${receiver.port}/`)).toMatchObject({ kind: 'connect' });
});

describe('TLS', () => {
  const lookup = async () => [loopback];
  const named = selfSigned(['hook.example.com']);

  test('is made with the name of the URL, without its root dot, whatever address was dialled', async () => {
    const servernames: unknown[] = [];
    await using receiver = await httpsReceiver(
      named,
      (request, response) => response.end(request.headers.host),
      servernames,
    );
    await using egress = createEgress({ allowCidrs, lookup, ca: named.cert });
    const host = `hook.example.com.:${receiver.port}`;
    const answer = await egress.fetchBytes({ url: `https://${host}/`, ...limits });
    expect(answer.body.toString()).toBe(host);
    expect(servernames).toEqual(['hook.example.com']);
  });

  test.each([
    ['a certificate nobody trusts', { lookup }, 'hook.example.com'],
    ['a certificate for another name', { lookup, ca: named.cert }, 'other.example.com'],
    ['a certificate without the address', { lookup, ca: named.cert }, '127.0.0.1'],
  ])('fails as tls: %s', async (_name, options, host) => {
    let requests = 0;
    await using receiver = await httpsReceiver(named, (_request, response) => {
      requests += 1;
      response.end();
    });
    expect(await failureOf(options, `https://${host}:${receiver.port}/`)).toMatchObject({ kind: 'tls' });
    expect(requests).toBe(0);
  });

  test('fails as tls where plain HTTP is spoken', async () => {
    await using receiver = await httpReceiver((_request, response) => response.end());
    expect(await failureOf({}, `https://127.0.0.1:${receiver.port}/`)).toMatchObject({ kind: 'tls' });
  });

  test('that hangs fails as timeout, and its connection is ended', async () => {
    let isClosed = false;
    const silent = createServer((socket) => {
      socket
        .on('data', () => {})
        .on('close', () => {
          isClosed = true;
        });
    });
    await using receiver = await listen(silent);
    expect(await failureOf({ connectTimeoutMs: 100 }, `https://127.0.0.1:${receiver.port}/`)).toMatchObject({
      kind: 'timeout',
    });
    await until(() => isClosed);
  });
});

describe('the origins held', () => {
  test('are at most originsMax, the longest unused forgotten with its connections', async () => {
    await using receiver = await httpReceiver((_request, response) => response.end('ok'));
    await using egress = createEgress({ allowCidrs, lookup: async () => [loopback], originsMax: 3 });
    const ask = (name: string) => egress.fetchBytes({ url: `http://${name}.example.com:${receiver.port}/`, ...limits });
    for (let i = 0; i < 20; i++) {
      await ask(`hook-${i}`);
      await ask('often');
      expect(egress.originCount).toBeLessThanOrEqual(3);
    }
    expect(receiver.connections()).toBe(21);
  });

  test('may be more while all are at work, and shrink afterwards', async () => {
    const held: (() => void)[] = [];
    await using receiver = await httpReceiver((_request, response) => {
      held.push(() => response.end('ok'));
    });
    await using egress = createEgress({ allowCidrs, lookup: async () => [loopback], originsMax: 2 });
    const answers = Array.from({ length: 10 }, (_, i) => {
      return egress.fetchBytes({ url: `http://hook-${i}.example.com:${receiver.port}/`, ...limits });
    });
    await until(() => held.length === 10);
    expect(egress.originCount).toBe(10);
    for (const release of held) release();
    for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
    expect(egress.originCount).toBe(2);
  });
});

describe('the look-up by DNS', () => {
  test('gives IPv4 and IPv6 addresses, IPv4 first, and takes one family alone', async () => {
    await using names = await nameServer({
      both: { 1: [[93, 184, 215, 14]], 28: [v6Bytes] },
      only6: { 28: [v6Bytes] },
    });
    const lookup = createLookup({ servers: [names.address] });
    const v6 = { address: '2606:4700:4700::1111', family: 6 };
    expect(await lookup('both.example.com', new AbortController().signal)).toEqual([publicAddress, v6]);
    expect(await lookup('only6.example.com', new AbortController().signal)).toEqual([v6]);
    await expect(lookup('none.example.com', new AbortController().signal)).rejects.toThrow();
  });

  test('stops when it is no longer wanted', async () => {
    await using names = await nameServer({ silent: 'no answer' });
    const lookup = createLookup({ servers: [names.address] });
    const failure = await failureOf({ lookup, connectTimeoutMs: 100 }, 'http://silent.example.com/');
    expect(failure).toMatchObject({ kind: 'timeout' });
    const controller = new AbortController();
    const pending = lookup('silent.example.com', controller.signal);
    controller.abort();
    await expect(pending).rejects.toMatchObject({ code: 'ECANCELLED' });
  });

  test('reads the hosts file for local names', async () => {
    const addresses = await createLookup()('localhost', new AbortController().signal);
    expect(addresses.map(({ address }) => address)).toContain('127.0.0.1');
  });
});

async function failureOf(options: Partial<EgressOptions>, url: string): Promise<EgressError> {
  await using egress = createEgress({ allowCidrs, ...options });
  const failure = await egress.fetchBytes({ url, ...limits }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof EgressError)) throw failure ?? new Error('the request did not fail');
  expect(failure.message).not.toMatch(/\d\.\d|fe80|example\.com|E[A-Z]{5}|ERR_/);
  return failure;
}

const v6Bytes = [0x26, 0x06, 0x47, 0, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x11];

type Records = Record<string, { [type: number]: number[][] } | 'no answer'>;

/** Answers A (1) and AAAA (28) questions about `<name>.example.com`; unknown names do not exist. */
async function nameServer(records: Records): Promise<AsyncDisposable & { address: string }> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    const label = question.toString('latin1', 13, 13 + (question[12] ?? 0));
    const record = records[label];
    if (record === 'no answer') return;
    const nameEnd = question.indexOf(0, 12);
    const answers = record?.[question.readUInt16BE(nameEnd + 1)] ?? [];
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(record === undefined ? 0x8183 : 0x8180, 2);
    header.writeUInt16BE(answers.length, 6);
    header.writeUInt32BE(0, 8);
    const rows = answers.map((bytes) => {
      const type = question.subarray(nameEnd + 1, nameEnd + 3);
      return Buffer.concat([Buffer.from([0xc0, 12]), type, Buffer.from([0, 1, 0, 0, 0, 9, 0, bytes.length, ...bytes])]);
    });
    socket.send(Buffer.concat([header, question.subarray(12, nameEnd + 5), ...rows]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}
