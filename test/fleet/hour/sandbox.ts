import { readFile, writeFile } from 'node:fs/promises';
import { fastKnobs, type Knobs, type LedgerSend } from '../../../src/sandbox/index.ts';
import { freePort } from '../../faults/support/free-port.ts';
import { createProgram, type Program } from '../../faults/support/program.ts';
import { startLiar } from './liar.ts';

export const sandboxKey = 'a-global-key-of-the-hour';

type Answer = ReturnType<typeof JSON.parse>;
export type Shown = { name: string; state?: string; connectionStatus?: string };
/** A message that left here. */
export type Left = Pick<LedgerSend, 'instance' | 'text' | 'id'> & { at: number; url: string };

/** A sandbox program, and what only whoever stands beside it can see and do. */
export type Sandbox = {
  name: string;
  /** Where gateways know it. */
  url: string;
  program: Program;
  /** Everything that ever left, as far as it was read before a kill. */
  left: Left[];
  /** Begins or ends to lie about its instances; only one with `lies` can. */
  lie(isLying: boolean): void;
  lies(): number;
  /** Its own API with its global key, past every wire. Undefined where it does not answer in 2 s, or 4xx. */
  ask(method: string, path: string, body?: unknown): Promise<Answer | undefined>;
  deed(instance: string, deed: string, body?: unknown): Promise<void>;
  shown(): Promise<Map<string, Shown> | undefined>;
  readLedger(): Promise<void>;
  setKnobs(patch: Partial<Knobs>): Promise<void>;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Credentials of all its phones are gone from its disk; while it is dead. */
  loseSessions(): Promise<void>;
  close(): Promise<void>;
};

export async function createSandbox(options: { name: string; folder: string; canLie: boolean }): Promise<Sandbox> {
  const { name, folder } = options;
  const port = await freePort();
  const own = `http://127.0.0.1:${port}`;
  const state = `${folder}/${name}.json`;
  const args = ['--port', String(port), '--api-key', sandboxKey, '--state', state, '--scan-after-ms', 'never'];
  const isUp = async () => (await fetch(own)).ok;
  const program = createProgram({ name, url: own, script: 'src/bin/sandbox.ts', args, folder, isUp });
  const liar = options.canLie ? await startLiar(own) : undefined;
  const url = liar?.url ?? own;
  const left: Left[] = [];
  let knobs: Partial<Knobs> = {
    ...fastKnobs,
    scanAfterMs: 40,
    acks: false,
    latencyMsByRoute: { 'POST /message/': 20 },
    webhookRetryFactor: 0.05,
    webhookTimeoutMs: 10_000,
  };
  let seen = 0;

  async function call(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(own + path, {
      method,
      headers: { apikey: sandboxKey, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(2_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
  async function ask(method: string, path: string, body?: unknown): Promise<Answer | undefined> {
    try {
      const answer = await call(method, path, body);
      return answer.ok ? await answer.json() : undefined;
    } catch {
      return undefined;
    }
  }
  async function readLedger(): Promise<void> {
    const read = await ask('GET', `/__sandbox/ledger?kind=sends&after=${seen}`);
    for (const { seq, at, instance, text, id } of (read?.sends ?? []) as LedgerSend[]) {
      if (seq <= seen) continue;
      seen = seq;
      left.push({ at: Date.parse(at), instance, text, id, url });
    }
  }
  return {
    name,
    url,
    program,
    left,
    lie: (isLying) => liar?.lie(isLying),
    lies: () => liar?.told() ?? 0,
    ask,
    async deed(instance, deed, body = {}) {
      const answer = await call('POST', `/__sandbox/instances/${instance}/${deed}`, body);
      if (!answer.ok) throw new Error(`${deed} of ${instance}: ${await answer.text()}`);
    },
    async shown() {
      const shown = (await ask('GET', '/__sandbox/instances')) as Shown[] | undefined;
      return shown === undefined ? undefined : new Map(shown.map((each) => [each.name, each]));
    },
    readLedger,
    async setKnobs(patch) {
      knobs = { ...knobs, ...patch };
      await call('PATCH', '/__sandbox/knobs', patch);
    },
    async start() {
      await program.start();
      await call('PATCH', '/__sandbox/knobs', knobs);
      liar?.open(true);
    },
    async kill() {
      await readLedger();
      await program.kill();
      liar?.open(false);
      seen = 0;
    },
    async loseSessions() {
      const { rows, ...rest } = JSON.parse(await readFile(state, 'utf8'));
      const without = rows.map((row: object) => ({ ...row, paired: false }));
      await writeFile(state, JSON.stringify({ ...rest, rows: without }));
    },
    async close() {
      program.signal('SIGCONT');
      await program.kill();
      await liar?.close();
    },
  };
}
