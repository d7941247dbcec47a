import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export type RawAnswer = { status: number; headers: string; body: string };

/**
 * Says these bytes to a server as they are and answers what comes back, one entry per response; parts are written
 * `pauseMs` apart. Ends when the server closes, or when `answersMin` have come and nothing more does for a moment.
 */
export async function sayRaw(
  url: string,
  parts: readonly (string | Buffer)[],
  options: { pauseMs?: number; answersMin?: number } = {},
): Promise<RawAnswer[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  let isOver = false;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  void closed.then(() => {
    isOver = true;
  });
  for (const part of parts) {
    const bytes = Buffer.from(part as string);
    for (let at = 0; at < bytes.length && !isOver && (text === '' || (options.answersMin ?? 1) > 1); at += blockBytes) {
      if (!socket.write(bytes.subarray(at, at + blockBytes))) await drained(socket, closed);
      // An answer may come before all was said; it would be lost with the reset that follows.
      if (bytes.length > blockBytes) await wait(0);
    }
    if (options.pauseMs !== undefined && parts.length > 1) await wait(options.pauseMs);
  }
  const { answersMin } = options;
  while (!isOver && (answersMin === undefined || split(text).length < answersMin))
    await Promise.race([closed, wait(10)]);
  socket.destroy();
  return split(text);
}

const blockBytes = 65_536;

function drained(socket: ReturnType<typeof connect>, closed: Promise<void>): Promise<unknown> {
  return Promise.race([closed, new Promise((resolve) => socket.once('drain', resolve))]);
}

function split(text: string): RawAnswer[] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((answer) => answer.startsWith('HTTP/1.1 '))
    .map((answer) => {
      const end = answer.indexOf('\r\n\r\n');
      return {
        status: Number(answer.slice(9, 12)),
        headers: end < 0 ? answer : answer.slice(0, end),
        body: end < 0 ? '' : Buffer.from(answer.slice(end + 4), 'latin1').toString('utf8'),
      };
    });
}
