import { backendFaults } from './backend.ts';
import { clockFaults } from './clock.ts';
import type { Fault } from './fault.ts';
import { gatewayKilled } from './gateway-killed.ts';
import { gatewayStopped } from './gateway-stopped.ts';
import { nameFaults } from './names.ts';
import { postgresFaults } from './postgres.ts';
import { receiverFaults } from './receiver.ts';
import { redisFaults } from './redis.ts';

/** Faults that one installation goes through together, before it is judged once. */
export type Round = {
  name: string;
  faults: readonly Fault[];
  /** Whether backends say what was sent. */
  echoes: boolean;
  /** Whether gateways ask a name server of the suite's own. */
  ownNames?: boolean;
};

export const rounds: readonly Round[] = [
  { name: 'gateway', faults: [...gatewayKilled, ...gatewayStopped], echoes: true },
  { name: 'postgres', faults: postgresFaults, echoes: true },
  { name: 'redis', faults: redisFaults, echoes: true },
  { name: 'backend', faults: backendFaults, echoes: true },
  { name: 'receiver', faults: receiverFaults, echoes: true },
  { name: 'names', faults: nameFaults, echoes: true, ownNames: true },
  { name: 'clock', faults: clockFaults, echoes: true },
  {
    name: 'without echoes',
    faults: [...gatewayKilled.slice(0, 2), ...backendFaults.slice(2, 4)],
    echoes: false,
  },
];

export type { Fault } from './fault.ts';
