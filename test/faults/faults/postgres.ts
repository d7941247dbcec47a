import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signalFamily } from '../support/debian-cluster.ts';
import { atMost, between, pause } from '../support/wait.ts';
import type { World } from '../support/world.ts';
import { bothForms, type Fault } from './fault.ts';
import { isCommitted, underLoad } from './gateway-killed.ts';

/** What a commit is known by on the wire: the statements of group commit by their names, all others by the word. */
const commits = ['\0accept\0', '\0settle\0', '\0insert-inbound-calls\0', '\0record-attempts\0', 'commit\0'];
let turn = 0;

/** The truth goes away, or says nothing any more. */
export const postgresFaults: readonly Fault[] = [
  {
    name: 'Postgres killed',
    forms: bothForms,
    async strike(world, load) {
      const isHit = await underLoad(load);
      if (world.postgres === undefined) signalFamily(await embeddedPid(world), 'SIGKILL');
      else {
        await world.postgres.kill();
        await pause(between(200, 2_000));
        await world.postgres.start();
      }
      return isHit ? 1 : 0;
    },
  },
  {
    name: 'Postgres shut down and started',
    forms: ['split'],
    async strike(world, load) {
      const isHit = await underLoad(load);
      await world.postgres?.stop();
      await pause(between(200, 3_000));
      await world.postgres?.start();
      return isHit ? 1 : 0;
    },
  },
  {
    name: 'Postgres frozen',
    forms: bothForms,
    async strike(world, load) {
      const isHit = await underLoad(load);
      const signal = async (name: 'SIGSTOP' | 'SIGCONT') =>
        world.postgres === undefined ? signalFamily(await embeddedPid(world), name) : world.postgres.signal(name);
      await signal('SIGSTOP');
      await pause(between(300, 5_000));
      await signal('SIGCONT');
      return isHit ? 1 : 0;
    },
  },
  {
    name: 'connection reset during COMMIT',
    forms: ['split'],
    async strike(world) {
      const trap = world.databaseWire?.catchNext({
        says: commits[turn++ % commits.length] ?? '',
        hold: 'answer',
        isEnd: isCommitted,
      });
      const caught = await atMost(8_000, trap?.caught ?? Promise.reject(new Error('no wire to the database')));
      trap?.cancel();
      caught?.reset();
      return caught === undefined ? 0 : 1;
    },
  },
];

async function embeddedPid(world: World): Promise<number> {
  const text = await readFile(join(world.folder, 'data', 'postgres', '18', 'postmaster.pid'), 'utf8');
  return Number(text.split('\n')[0]);
}
