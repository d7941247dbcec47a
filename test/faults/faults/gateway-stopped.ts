import { between, pause } from '../support/wait.ts';
import { bothForms, type Fault } from './fault.ts';
import { pick, underLoad } from './gateway-killed.ts';

let rounds = 0;

/** A gateway that is asked to end, frozen, or that dies all the time. */
export const gatewayStopped: readonly Fault[] = [
  {
    name: 'SIGTERM under load',
    forms: bothForms,
    promises: 'accepted',
    async strike(world, load) {
      const victim = pick(world.gateways);
      const isHit = await underLoad(load);
      const { code, ms } = await victim.stop();
      if (code !== 0) throw new Error(`SIGTERM ended ${victim.name} with ${code} after ${ms} ms`);
      await victim.start();
      return isHit ? 1 : 0;
    },
  },
  {
    name: 'SIGTERM under load, two behind nginx',
    forms: ['split'],
    promises: 'all',
    async strike(world, load) {
      if (world.nginxUrl === undefined) throw new Error('nginx is not installed');
      load.through([world.nginxUrl]);
      await pause(700);
      const victim = pick(world.apis);
      const isHit = await underLoad(load);
      const { code, ms } = await victim.stop();
      if (code !== 0) throw new Error(`SIGTERM ended ${victim.name} with ${code} after ${ms} ms`);
      await victim.start();
      // nginx leaves alone for 2 s whoever refused a connection.
      await pause(2_200);
      load.through(undefined);
      return isHit ? 1 : 0;
    },
  },
  {
    name: 'SIGSTOP and SIGCONT of a gateway',
    forms: bothForms,
    async strike(world, load) {
      const victim = pick(world.gateways);
      const isHit = await underLoad(load);
      victim.signal('SIGSTOP');
      // Now and then past the 30 s of a lease.
      await pause(++rounds % 10 === 0 ? 33_000 : between(300, 4_000));
      victim.signal('SIGCONT');
      return isHit ? 1 : 0;
    },
  },
  {
    name: 'two gateways, one dies every 10 s',
    forms: ['split'],
    async strike(world, load) {
      const victim = world.apis[rounds++ % world.apis.length];
      if (victim === undefined) return 0;
      await pause(between(6_000, 8_000));
      const isHit = await underLoad(load);
      await victim.kill();
      await victim.start();
      return isHit ? 1 : 0;
    },
  },
];
