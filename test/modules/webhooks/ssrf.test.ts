import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasIpv6, listen, type Receiver } from '../../platform/egress/support/receivers.ts';
import { readCorpus, zoneLookup } from '../../platform/egress/support/ssrf-corpus.ts';
import { type DeliveryTest, eventually, startDelivery } from './support.ts';

const { lines, zone } = readCorpus();
let house: DeliveryTest;
let canary4: Receiver;
let canary6: Receiver | undefined;

beforeAll(async () => {
  const trap = () => createServer((socket) => socket.end());
  canary4 = await listen(trap(), '127.0.0.1');
  if (hasIpv6()) canary6 = await listen(trap(), '::1', canary4.port);
  house = await startDelivery({
    egressOptions: { allowCidrs: [], allowNames: ['ssrf.test'], lookup: zoneLookup(zone), connectTimeoutMs: 500 },
  });
});
afterAll(async () => {
  await house.close();
  await Promise.all([canary4[Symbol.asyncDispose](), canary6?.[Symbol.asyncDispose]()]);
});

const isWeb = (url: string) => /^https?:/.test(URL.parse(url)?.protocol ?? '');
const atCanary = (url: string) => {
  const parsed = new URL(url);
  parsed.port = String(canary4.port);
  return parsed.href;
};

test('a name that leads to an address that is not public is saved, and refused at every send', async () => {
  const urls = lines.filter(({ verdict, stage }) => verdict === 'BLOCK' && stage === 'resolve').map(({ url }) => url);
  expect(urls.length).toBeGreaterThan(5);
  const user = await house.addUser();
  for (const url of urls.filter(isWeb)) {
    await house.addEndpoint(user, url);
    await house.addEndpoint(user, atCanary(url));
  }
  await expectRefused(user);
});

test('a URL that was saved under a wider policy is refused at the send', async () => {
  const urls = lines
    .filter(({ verdict, stage }) => verdict === 'BLOCK' && ['literal', 'policy', 'name'].includes(stage))
    .map(({ url }) => url);
  const user = await house.addUser();
  const saved = urls.filter(isWeb).flatMap((url) => [url, atCanary(url)]);
  expect(saved.length).toBeGreaterThan(50);
  const { db } = house.database;
  for (const url of saved.slice(0, 50)) {
    const { id } = await house.addEndpoint(user, 'https://pub.ssrf.test/');
    await db.updateTable('endpoints').set({ url }).where('id', '=', id).execute();
  }
  await expectRefused(user);
});

async function expectRefused(user: number): Promise<void> {
  await house.tell(user, {});
  await eventually(async () => {
    const rows = await house.deliveries(user);
    return rows.length > 0 && rows.every((row) => row.step > 0);
  }, 15_000).toBe(true);
  const logs = await house.logs(user);
  expect(logs.length).toBe((await house.deliveries(user)).length);
  for (const { status_code, error } of logs) {
    expect(status_code).toBeNull();
    expect(error).toMatch(/address|name|URL|port|host/i);
    expect(error).not.toMatch(/\d+\.\d+\.\d+/);
  }
  expect(canary4.connections() + (canary6?.connections() ?? 0)).toBe(0);
}
