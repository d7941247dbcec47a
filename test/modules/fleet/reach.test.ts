import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Remembered } from '../../../src/modules/fleet/reconcile/reconciles-system.ts';
import { createSecretBox } from '../../../src/platform/crypto/secret-box.ts';
import { createIds } from '../../../src/platform/ids.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { eventually, hurried, passesOf, startFleet } from './support.ts';

const isLong = process.env.LONG === '1';
const numbersEach = Number(process.env.NUMBERS ?? (isLong ? 40 : 10));
const backends = Number(process.env.BACKENDS ?? (isLong ? 5 : 2));
/** As a real server takes for them, in milliseconds. */
const latencyMsByRoute = {
  'GET /instance/connectionState': 1,
  'GET /webhook/find': 3,
  'GET /settings/find': 3,
  'GET /instance/fetchInstances': 12,
  'POST /webhook/set': 5,
};

/** A number that lives on a sandbox, without the minutes that creating hundreds would take. */
async function addLine(gateway: TestGateway, userId: number, sandbox: Sandbox): Promise<{ id: number; name: string }> {
  const { db } = gateway.database;
  const ids = createIds();
  const name = `ef-reach-${ids.base36(12)}`;
  const secret = { id: ids.base62(22), secret: ids.base62(43) };
  const backend = await db.selectFrom('backends').select('id').where('url', '=', sandbox.url).executeTakeFirstOrThrow();
  const { id } = await db
    .insertInto('phone_numbers')
    .values({
      user_id: userId,
      instance_name: name,
      token: '…',
      status: 'connected',
      integration: 'EVOLUTION',
      server_instance: sandbox.url,
      backend_id: backend.id,
      backend_name: name,
      connected_at: new Date(),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const box = createSecretBox(gateway.services.config.encryptionKey);
  await db
    .insertInto('inbound_secrets')
    .values({
      id: secret.id,
      phone_number_id: id,
      backend_name: name,
      secret_hash: Buffer.alloc(32),
      secret_sealed: box.seal(secret.secret, `inbound secret ${secret.id}`),
    })
    .execute();
  const webhook = {
    url: `${gateway.url}/hooks/evolution/${secret.id}`,
    headers: { authorization: `Bearer ${secret.secret}` },
    byEvents: false,
    base64: false,
    events: [],
  };
  await fetch(`${sandbox.url}/instance/create`, {
    method: 'POST',
    headers: { apikey: 'global-key', 'content-type': 'application/json' },
    body: JSON.stringify({ instanceName: name, integration: 'EVOLUTION', webhook }),
  });
  return { id, name };
}

const title = `${numbersEach} webhooks on each of ${backends} backends are wiped: all are found and set again within 60 s`;

test(title, { timeout: 300_000 }, async () => {
  const usual = { everyMs: 30_000, jitter: 0.2, lookAgainAfterMs: 2_000, lookEveryMs: 1_000 };
  const pace = isLong ? { ...usual, budgetShare: 0.05 } : { ...hurried, everyMs: 1_000, budgetShare: 0.05 };
  const gateway = await startFleet(
    { ...pace, ...(isLong ? { passes: {} } : {}) },
    { sandboxes: backends, knobs: { latencyMsByRoute } },
  );
  try {
    const { id: userId } = await gateway.signUp();
    const lines: { id: number; name: string; sandbox: Sandbox; wipedAt: number }[] = [];
    for (const sandbox of gateway.sandboxes) {
      for (let count = 0; count < numbersEach; count++) {
        lines.push({ ...(await addLine(gateway, userId, sandbox)), sandbox, wipedAt: 0 });
      }
    }
    // Two passes, so that what questions cost is known.
    await setTimeout(isLong ? 65_000 : 1_000);
    const before = await passesOf(gateway);
    const beganAt = Date.now();
    await Promise.all(
      lines.map(async (line) => {
        await setTimeout(Math.random() * (isLong ? 60_000 : 1_000));
        line.wipedAt = Date.now();
        line.sandbox.control.wipeWebhook(line.name);
      }),
    );
    const findings = () => gateway.database.db.selectFrom('findings').selectAll().where('kind', '=', 'webhook_missing');
    await eventually(
      async () => (await findings().execute()).filter(({ outcome }) => outcome === 'mended').length,
      120_000,
    ).toBe(lines.length);
    if (isLong) await setTimeout(15_000);
    const tookMs = Date.now() - beganAt;
    const passes = await passesOf(gateway);
    const shares = passes.map(({ busy_ms }, index) => (Number(busy_ms) - Number(before[index]?.busy_ms ?? 0)) / tookMs);
    const found = await findings().execute();
    const ofLine = (id: number) => found.find(({ phone_number_id }) => phone_number_id === id);
    const foundMs = lines.map(({ id, wipedAt }) => Number(ofLine(id)?.found_at) - wipedAt);
    const mendedMs = lines.map(({ id, wipedAt }) => Number(ofLine(id)?.ended_at) - wipedAt);
    const figures = {
      backends,
      numbersEach,
      foundMaxMs: Math.max(...foundMs),
      mendedMaxMs: Math.max(...mendedMs),
      shareMax: Math.max(...shares).toFixed(4),
      costsMs: (passes as { remembered: unknown }[]).map(({ remembered }) => (remembered as Remembered).costsMs)[0],
    };
    if (isLong) console.info(figures);
    expect(figures.foundMaxMs).toBeLessThanOrEqual(60_000);
    expect(figures.mendedMaxMs).toBeLessThanOrEqual(60_000);
    // A short run has too few passes for the share to mean anything.
    if (isLong) expect(Math.max(...shares)).toBeLessThanOrEqual(0.05);
  } finally {
    await gateway.close();
  }
});
