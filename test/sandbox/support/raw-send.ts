import { connect } from 'node:net';
import { KEY } from './api.ts';

export type RawReply = { outcome: 'answer' | 'reset' | 'silence'; status: number | undefined };

/** A send over a bare socket: what became of it, for answers no client would hand over. */
export function sendRaw(url: string, instance: string, number: string, patienceMs: number): Promise<RawReply> {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ number, text: 'hello' });
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let received = '';
    const finish = (outcome: RawReply['outcome']) => {
      clearTimeout(timer);
      socket.destroy();
      const status = /^HTTP\/1\.1 (\d{3})/.exec(received)?.[1];
      resolve({ outcome, status: status === undefined ? undefined : Number(status) });
    };
    const timer = setTimeout(() => finish('silence'), patienceMs);
    socket.on('data', (chunk) => {
      received += received.length < 1000 ? chunk.toString('latin1') : '';
    });
    socket.on('error', () => finish('reset'));
    socket.on('end', () => finish('answer'));
    socket.write(
      `POST /message/sendText/${instance} HTTP/1.1\r\nhost: x\r\nconnection: close\r\napikey: ${KEY}\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}
