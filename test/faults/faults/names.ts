import { startTrap } from '../support/name-server.ts';
import { between, pause } from '../support/wait.ts';
import { bothForms, type Fault } from './fault.ts';
import { failedAttempts } from './receiver.ts';

/** Loopback as well, but not the address that stands for the open network here. */
const inside = '127.0.0.2';

/** A user's name server answers with an address inside, once the endpoint was let in. */
export const nameFaults: readonly Fault[] = [
  {
    name: 'DNS of the receiver turns to loopback',
    forms: bothForms,
    async strike(world) {
      if (world.names === undefined) throw new Error('this world has no names of its own');
      const trap = await startTrap(inside, world.patientWire.port);
      const before = await failedAttempts(world);
      world.names.pointTo(inside);
      // Whoever is connected stays so until the next connection.
      world.patientWire.cut();
      await pause(between(1_000, 3_000));
      world.names.pointTo('127.0.0.1');
      const refused = (await failedAttempts(world)) - before;
      const caught = trap.caught();
      await trap.close();
      if (caught > 0) throw new Error(`${caught} deliveries went to ${inside}`);
      return refused;
    },
  },
];
