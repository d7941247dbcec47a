import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';

export type Received = {
  path: string;
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: a foreign body, looked at field by field in tests.
  body: any;
  at: number;
};

export type Listener = {
  url: string;
  received: Received[];
  /** Status to answer with, `reset`, or a list used up call by call (its last entry stays). */
  answerWith(...outcomes: (number | 'reset')[]): void;
  /** Answers only after so many milliseconds. */
  hold(milliseconds: number): void;
  of(event: string): Received[];
  /** Waits until as many calls of an event have come. */
  waitFor(event: string, count?: number): Promise<Received[]>;
  close(): Promise<void>;
};

/** A webhook receiver that keeps what it gets. */
export async function startListener(): Promise<Listener> {
  const received: Received[] = [];
  let outcomes: (number | 'reset')[] = [200];
  let holdMs = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      received.push({ path: request.url ?? '', headers: request.headers, body, at: Date.now() });
      const outcome = outcomes.length > 1 ? outcomes.shift() : outcomes[0];
      const answer = () => {
        if (outcome === 'reset') request.socket.resetAndDestroy();
        else response.writeHead(outcome ?? 200).end('ok');
      };
      if (holdMs > 0) setTimeout(answer, holdMs);
      else answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const of = (event: string) => received.filter((call) => call.body.event === event);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answerWith(...next) {
      outcomes = next;
    },
    hold(milliseconds) {
      holdMs = milliseconds;
    },
    of,
    waitFor(event, count = 1) {
      return vi.waitFor(
        () => {
          const found = of(event);
          if (found.length < count) throw new Error(`${found.length} of ${count} ${event}`);
          return found;
        },
        { timeout: 5000, interval: 2 },
      );
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
