import type { TestRedis } from '../../support/redis.ts';
import { between, pause } from '../support/wait.ts';
import type { World } from '../support/world.ts';
import type { Fault } from './fault.ts';
import { underLoad } from './gateway-killed.ts';

/** The alarm clock between the processes: it may be late, empty, full or away. */
export const redisFaults: readonly Fault[] = [
  {
    name: 'Redis killed',
    forms: ['split'],
    async strike(world, load) {
      const isHit = await underLoad(load);
      await redisOf(world).kill();
      await pause(between(300, 3_000));
      await redisOf(world).restart();
      return isHit ? 1 : 0;
    },
  },
  {
    name: 'Redis frozen',
    forms: ['split'],
    async strike(world, load) {
      const isHit = await underLoad(load);
      redisOf(world).hang();
      await pause(between(300, 4_000));
      redisOf(world).resume();
      return isHit ? 1 : 0;
    },
  },
  {
    name: 'Redis wiped',
    forms: ['split'],
    async strike(world, load) {
      const isHit = await underLoad(load);
      await redisOf(world).flush();
      return isHit ? 1 : 0;
    },
  },
  {
    name: 'Redis full',
    forms: ['split'],
    async strike(world, load) {
      const isHit = await underLoad(load);
      await redisOf(world).fill(true);
      await pause(between(300, 3_000));
      await redisOf(world).fill(false);
      return isHit ? 1 : 0;
    },
  },
  {
    name: 'no Redis at start',
    forms: ['split'],
    async strike(world, load) {
      await underLoad(load);
      await redisOf(world).kill();
      // Each of them must come up and serve without it.
      for (const gateway of world.gateways) {
        await gateway.kill();
        await gateway.start();
      }
      await load.works().finally(() => redisOf(world).restart());
      return world.gateways.length;
    },
  },
];

function redisOf({ redis }: World): TestRedis {
  if (redis === undefined) throw new Error('this form has no Redis');
  return redis;
}
