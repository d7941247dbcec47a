import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/platform/clock.ts';
import { freePort } from '../../support/free-port.ts';
import { newRecipient, onTheWire, type Sender, startSender, usedUnits } from './support.ts';
import { inMs, waitingOf } from './waiting-support.ts';

let sender: Sender;
const children: ChildProcess[] = [];

afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  await sender.gateway.close();
});

const db = () => sender.gateway.database.db;

/** As if the time had passed that a dead process's leases last. */
async function endLeases(): Promise<void> {
  await sql`update messages set lease_until = app_now() where status = 'sending'`.execute(db());
  await sql`update send_turns set lease_until = app_now() where lease_until is not null`.execute(db());
}

test('a process killed again and again while it sends never makes a second call, and the line goes on', async () => {
  sender = await startSender({ knobs: { acks: false, echo: false, latencyMsByRoute: { 'POST /message/': 25 } } });
  await sender.gateway.services.messages.sendLane[Symbol.asyncDispose]();
  const waiting = waitingOf(sender);
  const number = newRecipient();
  const texts = Array.from({ length: 120 }, (_, nth) => `nr ${nth}`);
  for (const text of texts) await waiting.queue({ number, text });
  const called = () => onTheWire(sender, number).calls;
  for (const upTo of [15, 40, 80]) {
    const child = await startGatewayProcess();
    await vi.waitFor(() => expect(called()).toBeGreaterThan(upTo), { timeout: 30_000, interval: 5 });
    await kill(child);
    await endLeases();
  }
  await startGatewayProcess();
  await vi.waitFor(
    async () => {
      const { rows } = await sql`select 1 from messages where status not in ('sent', 'unknown')`.execute(db());
      expect(rows).toEqual([]);
    },
    { timeout: 40_000, interval: 50 },
  );
  const { rows } = await sql<{ status: string; text: string }>`
    select status, content ->> 'text' as text from messages order by id`.execute(db());
  const sent = onTheWire(sender, number).sends.map(({ text }) => text);
  const unknown = rows.filter(({ status }) => status === 'unknown').map(({ text }) => text);
  expect(new Set(sent).size).toBe(sent.length);
  expect(sent).toEqual(texts.filter((text) => sent.includes(text)));
  expect(texts.filter((text) => !sent.includes(text) && !unknown.includes(text))).toEqual([]);
  // One at most was under way each time.
  expect(unknown.length).toBeLessThanOrEqual(3);
  expect(await usedUnits(sender)).toBe(120);
});

test('a turn whose holder died goes on when its lease is over, and not before', async () => {
  sender = await startSender({ knobs: { acks: false } });
  const waiting = waitingOf(sender);
  const number = newRecipient();
  const id = await waiting.queue({ number, send_at: inMs(1_000) });
  await sql`update send_turns set claim = claim + 1, lease_until = app_now() + interval '2500 milliseconds'`.execute(
    db(),
  );
  const leasedUntil = Date.now() + 2_500;
  await waiting.untilStatus(id, 'sent', 15_000);
  const [sent] = onTheWire(sender, number).sends;
  expect(Date.parse(sent?.at ?? '')).toBeGreaterThan(leasedUntil - 100);
});

test('a message whose process died while it was called becomes unknown, and the next one leaves', async () => {
  sender = await startSender({ knobs: { acks: false, echo: false } });
  const waiting = waitingOf(sender);
  const number = newRecipient();
  const taken = await waiting.queue({ number, text: 'taken', send_at: inMs(600_000) });
  await sql`update messages set status = 'sending', called_at = app_now(), lease_until = app_now()`.execute(db());
  const next = await waiting.queue({ number, text: 'next' });
  await waiting.untilStatus(next, 'sent');
  await waiting.untilStatus(taken, 'unknown', 15_000);
  expect(onTheWire(sender, number).sends.map(({ text }) => text)).toEqual(['next']);
});

test('a process that was stopped for so long that a call might outlive its lease does not call', async () => {
  let leapMs = 0;
  const clock = {
    ...systemClock,
    monotonicMs() {
      leapMs += 30_000;
      return leapMs;
    },
  };
  sender = await startSender({ knobs: { acks: false }, overrides: { messages: { clock } } });
  const waiting = waitingOf(sender);
  const number = newRecipient();
  const id = await waiting.queue({ number });
  await vi.waitFor(async () => {
    const { rows } = await sql`select waits_for from send_turns where failures > 0`.execute(db());
    expect(rows).toEqual([{ waits_for: 'overload' }]);
  });
  expect(await waiting.messageOf(id)).toMatchObject({ status: 'accepted', called_at: null });
  expect(onTheWire(sender, number).calls).toBe(0);
  expect(await usedUnits(sender)).toBe(1);
});

async function startGatewayProcess(): Promise<ChildProcess> {
  const port = await freePort();
  const dataDir = await mkdtemp(join(tmpdir(), 'evofleet-waiting-'));
  const { gateway } = sender;
  const child = spawn(process.execPath, ['src/bin/gateway.ts'], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      PORT: String(port),
      DATABASE_URL: gateway.database.url,
      DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
      JWT_SECRET: gateway.services.config.jwtSecret,
      ENCRYPTION_KEY: gateway.services.config.encryptionKey,
      EVOLUTION_SERVERS: gateway.sandboxes.map(({ url }) => url).join(','),
      EVOLUTION_API_KEY: 'global-key',
    },
    stdio: 'ignore',
  });
  children.push(child);
  child.once('exit', () => void rm(dataDir, { recursive: true, force: true }));
  await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/health`)).ok).toBe(true), {
    timeout: 30_000,
    interval: 50,
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
