import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/** Names as gateways of this world see them, which can be turned to another address while they run. */
export type Names = {
  /** The one name there is. */
  host: string;
  /** Command under which a program asks this server alone: a mount namespace with its own /etc/resolv.conf. */
  under: readonly string[];
  pointTo(address: string): void;
  /** How often the name was asked for. */
  asked(): number;
  close(): Promise<void>;
};

const host = 'hooks.fault-suite.net';
const inOwnNames = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';

const underNames = (file: string) => ['unshare', '-m', 'sh', '-c', inOwnNames, 'sh', file];

/** Whether this machine lets a program have an /etc/resolv.conf of its own: that takes root. */
export function canOwnNames(): boolean {
  const [program = '', ...args] = underNames('/etc/resolv.conf');
  return spawnSync(program, [...args, 'true']).status === 0;
}

export async function startNames(folder: string): Promise<Names> {
  const socket = createSocket('udp4');
  let address = '127.0.0.1';
  let asked = 0;
  socket.on('message', (question, from) => socket.send(answerTo(question, address), from.port, from.address));
  socket.on('message', () => asked++);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const file = `${folder}/resolv.conf`;
  await writeFile(file, `nameserver 127.0.0.1:${socket.address().port}\n`);
  return {
    host,
    under: underNames(file),
    pointTo(next) {
      address = next;
    },
    asked: () => asked,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** Counts who connects to an address that nobody may reach. */
export async function startTrap(address: string, port: number): Promise<{ caught(): number; close(): Promise<void> }> {
  let caught = 0;
  const server = createServer((socket) => {
    caught++;
    socket.destroy();
  }).listen(port, address);
  await once(server, 'listening');
  return {
    caught: () => caught,
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}

/** The question with one A record for it, valid for no time; none for any other type. */
function answerTo(question: Buffer, address: string): Buffer {
  const nameEnd = question.indexOf(0, 12);
  const isA = question.readUInt16BE(nameEnd + 1) === 1;
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(isA ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([header, question.subarray(12, nameEnd + 5), ...(isA ? [record] : [])]);
}
