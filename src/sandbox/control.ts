import { setTimeout as wait } from 'node:timers/promises';
import type { InstanceState } from '../evolution/wire.ts';
import { acknowledge } from './acks.ts';
import { lose, openSocket, type Phone, scan } from './connection.ts';
import { type Flood, type Inbound, receive, receiveMany } from './inbound.ts';
import { loadInstance } from './instances.ts';
import { type Knobs, knobProblems } from './knobs.ts';
import type { Ledger } from './ledger.ts';
import { createRandomRow } from './random-row.ts';
import { echo } from './sends.ts';
import type { Live, Row, Settings, WebhookRow } from './types.ts';
import type { Webhooks } from './webhooks.ts';
import { rowOf, touch, type World } from './world.ts';

/** What a test, an operator or the phone's owner can do to a sandbox beside its own API. Unknown names throw ControlError. */
export type Control = {
  ledger: Ledger;
  knobs(): Knobs;
  /** @throws ControlError naming every knob that is unknown or has a wrong type. */
  setKnobs(patch: Partial<Knobs>): Knobs;
  /** Names with what the memory and the database each say of them. */
  instances(): {
    name: string;
    state: string | undefined;
    connectionStatus: string | undefined;
    ownerJid: string | null;
  }[];
  /**
   * A phone reads the QR, as soon as one is on show (5 s at most); without a number it has the instance's, or one of its own.
   * Resolves when it was read; the connection opens `openAfterMs` later.
   */
  scan(name: string, phone?: Phone): Promise<void>;
  /** The socket is lost; 401, 402, 403 and 406 end the session, any other code reconnects. Default 428. */
  drop(name: string, code?: number): void;
  /** The owner removes the linked device on the phone. */
  removeDevice(name: string): void;
  /** A QR is asked for, as `connect` does, without waiting for it. */
  connect(name: string): void;
  receive(name: string, inbound: Inbound): Promise<string>;
  /** Resolves when all of them came in, not when their webhook calls were taken. */
  receiveMany(name: string, flood: Flood): Promise<string[]>;
  /** Repeats the send.message of a message. */
  echo(name: string, messageId: string): Promise<void>;
  /** `status`: DELIVERY_ACK, READ, PLAYED, ERROR …; each status of a message is told only once. */
  acknowledge(name: string, messageId: string, status: string): Promise<void>;
  /** Any webhook call, for events that nothing here raises. */
  emit(name: string, event: string, data: unknown): Promise<void>;
  /** The database loses the instance while the memory keeps it. */
  forgetRow(name: string): void;
  /** The memory loses the instance while the database keeps it. */
  forgetMemory(name: string): void;
  wipeWebhook(name: string): void;
  /** Somebody changes its webhook: its address, say, or that it is enabled. */
  changeWebhook(name: string, change: Partial<WebhookRow>): void;
  changeSettings(name: string, change: Partial<Settings>): void;
  /** Somebody switches on what also reads its messages, such as `Chatwoot`, `Websocket` or `typebot`. */
  switchOn(name: string, what: readonly string[]): void;
  /** Its socket is closed or hangs, without any event; the credentials stay. */
  setState(name: string, state: InstanceState): void;
  /** The credentials of its phone are lost: it needs a scan at its next connect. */
  loseSession(name: string): void;
  /** Both lose it, without any event. */
  forget(name: string): void;
  /** The process starts anew: memory, timers and webhook calls under way are lost, the database comes back. */
  restart(): void;
};

const qrPatienceMs = 5000;

export class ControlError extends Error {}

export function createControl(world: World, webhooks: Webhooks): Control {
  const live = (name: string): Live => {
    const found = world.lives.get(name);
    if (!found) throw new ControlError(`no instance ${name} in memory`);
    return found;
  };
  const row = (name: string): Row => {
    const found = world.rows.get(name);
    if (!found) throw new ControlError(`no instance ${name} in the database`);
    return found;
  };
  const message = (name: string, id: string) => {
    const found = world.messages.find(live(name).id, id);
    if (!found) throw new ControlError(`instance ${name} has no message ${id}`);
    return found;
  };
  const forgetMemory = (name: string) => {
    live(name).socket++;
    world.lives.delete(name);
  };
  const forgetRow = (name: string) => {
    row(name);
    world.rows.delete(name);
    world.changed();
  };

  return {
    ledger: world.ledger,
    knobs: () => ({ ...world.knobs }),
    setKnobs(patch) {
      const problems = knobProblems(patch);
      if (problems.length > 0) throw new ControlError(problems.join('; '));
      Object.assign(world.knobs, patch);
      if (patch.seed !== undefined) world.chance = createRandomRow(patch.seed);
      return { ...world.knobs };
    },
    instances: () =>
      [...new Set([...world.rows.keys(), ...world.lives.keys()])].map((name) => ({
        name,
        state: world.lives.get(name)?.state,
        connectionStatus: world.rows.get(name)?.connectionStatus,
        ownerJid: world.rows.get(name)?.ownerJid ?? null,
      })),
    async scan(name, phone) {
      const patienceEnds = world.clock.monotonicMs() + qrPatienceMs;
      while (!world.lives.get(name)?.qrShown && world.clock.monotonicMs() < patienceEnds) await wait(5);
      if (!scan(world, live(name), phone)) throw new ControlError(`instance ${name} shows no QR`);
    },
    drop: (name, code = 428) => lose(world, live(name), code),
    removeDevice: (name) => lose(world, live(name), 401),
    connect: (name) => openSocket(world, live(name), null),
    receive: (name, inbound) => receive(world, live(name), inbound),
    receiveMany: (name, flood) => receiveMany(world, live(name), flood),
    echo: (name, id) => echo(world, live(name), message(name, id).record),
    acknowledge: (name, id, status) => acknowledge(world, live(name), message(name, id), status),
    emit: (name, event, data) => world.emit(live(name), event, data),
    forgetRow,
    forgetMemory,
    wipeWebhook(name) {
      const found = rowOf(world, live(name)) ?? row(name);
      touch(world, found, { webhook: null });
    },
    changeWebhook(name, change) {
      const found = row(name);
      if (found.webhook === null) throw new ControlError(`instance ${name} has no webhook`);
      touch(world, found, { webhook: { ...found.webhook, ...change } });
    },
    changeSettings(name, change) {
      const found = row(name);
      if (found.settings !== null) touch(world, found, { settings: { ...found.settings, ...change } });
    },
    switchOn: (name, what) => touch(world, row(name), { foreign: [...what] }),
    setState(name, state) {
      const found = live(name);
      found.socket++;
      found.state = state;
    },
    loseSession: (name) => touch(world, row(name), { paired: false }),
    forget(name) {
      forgetRow(name);
      if (world.lives.has(name)) forgetMemory(name);
    },
    restart() {
      world.timers.clear();
      webhooks.abandon();
      world.lives.clear();
      loadAll(world);
    },
  };
}

/** The server answers before its instances are in memory; what is created meanwhile is none of its business. */
export function loadAll(world: World): void {
  const stored = [...world.rows.values()];
  world.timers.after(world.knobs.loadAfterMs, () => {
    for (const row of stored)
      if (world.rows.get(row.name) === row && !world.lives.has(row.name)) loadInstance(world, row);
  });
}
