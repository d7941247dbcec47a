import type { Knobs } from '../../../src/sandbox/knobs.ts';
import type { LedgerCall, LedgerSend } from '../../../src/sandbox/ledger.ts';
import { freePort } from './free-port.ts';
import { createProgram, type Program } from './program.ts';
import { type Exchange, type Relay, startRelay } from './relay.ts';
import { atMost, until } from './wait.ts';

/** A sandbox program behind a wire. Gateways know it by the wire's URL, so it may come and go. */
export type Backend = {
  name: string;
  program: Program;
  relay: Relay;
  setKnobs(patch: Partial<Knobs>): Promise<void>;
  /** A message comes in; false where the sandbox was not there to get it. */
  receive(instance: string, message: { from: string; text: string; id: string }): Promise<boolean>;
  /** Every message that ever left here, over all its lives. */
  sends(): Promise<LedgerSend[]>;
  calls(): Promise<LedgerCall[]>;
  /**
   * SIGKILL. What is on the wire by then is finished first, unheard by the gateway, and the ledger is read: it lives in
   * the process.
   */
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

export const backendKey = 'a-global-key-of-the-fault-suite';
const isSend = (exchange: Exchange) => exchange.path.startsWith('/message/');

export async function createBackend(options: {
  name: string;
  folder: string;
  knobs: Partial<Knobs>;
}): Promise<Backend> {
  const { name, folder } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = createProgram({
    name,
    url,
    script: 'src/bin/sandbox.ts',
    args: [
      '--port',
      String(port),
      '--api-key',
      backendKey,
      '--state',
      `${folder}/${name}.json`,
      '--scan-after-ms',
      '40',
    ],
    folder,
    isUp: async () => (await fetch(url)).ok,
  });
  const relay = await startRelay({ targets: () => [url] });
  const former: LedgerSend[] = [];
  let knobs = options.knobs;

  async function control(method: string, path: string, body?: unknown): Promise<ReturnType<typeof JSON.parse>> {
    const answer = await fetch(`${url}/__sandbox/${path}`, {
      method,
      headers: { apikey: backendKey, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
  const ledger = (kind: 'sends' | 'calls') => control('GET', `ledger?kind=${kind}`);

  return {
    name,
    program,
    relay,
    async setKnobs(patch) {
      knobs = { ...knobs, ...patch };
      await control('PATCH', 'knobs', patch);
    },
    async receive(instance, message) {
      return control('POST', `instances/${instance}/receive`, message).then(
        () => true,
        () => false,
      );
    },
    async sends() {
      return [...former, ...((await ledger('sends')).sends as LedgerSend[])];
    },
    calls: async () => (await ledger('calls')).calls as LedgerCall[],
    async kill() {
      await relay.set('hang');
      const isQuiet = async () => {
        const { calls } = (await ledger('calls')) as { calls: LedgerCall[] };
        return calls.every(({ url: path, outcome }) => !path.startsWith('/message/') || outcome !== 'pending');
      };
      await atMost(
        3_000,
        until('calls to end', 3_000, isQuiet, 10).catch(() => undefined),
      );
      former.push(...((await ledger('sends')).sends as LedgerSend[]));
      await program.kill();
      await relay.set('down');
    },
    async start() {
      await program.start();
      await control('PATCH', 'knobs', knobs);
      await relay.set('open');
    },
    async close() {
      program.signal('SIGCONT');
      await program.kill();
      await relay.close();
    },
  };
}

export const sendsUnderWay = (backend: Backend): number => backend.relay.open(isSend);
