import type { LoadUser } from '../support/people.ts';
import type { ReceiverMode } from '../support/receiver.ts';
import { between, pause, until } from '../support/wait.ts';
import type { World } from '../support/world.ts';
import { bothForms, type Fault } from './fault.ts';

/** One user's web server is ill; the others' deliveries must not notice. */
export const receiverFaults: readonly Fault[] = [
  {
    name: 'receiver down',
    forms: bothForms,
    async strike(world) {
      const before = await failedAttempts(world);
      await world.patient.down(true);
      await world.patientWire.set('down');
      await pause(between(500, 3_500));
      await world.patient.down(false);
      world.patientWire.set('open');
      return (await failedAttempts(world)) - before;
    },
  },
  illness('receiver hanging', 'hang'),
  illness('receiver endless', 'endless'),
  {
    name: 'receiver drips',
    forms: bothForms,
    async strike(world) {
      const before = patientOf(world).inbox.calls.length;
      world.patientWire.set('drip');
      await pause(2_500);
      world.patientWire.set('open');
      world.patientWire.cut();
      return patientOf(world).inbox.calls.length - before;
    },
  },
  {
    name: 'receiver gone (410), then enabled and replayed by its user',
    forms: bothForms,
    async strike(world) {
      const user = patientOf(world);
      const since = new Date(Date.now() - 60_000).toISOString();
      const before = user.inbox.spoiled;
      user.inbox.mode = 'gone';
      const isDisabled = async () => {
        const [row] = await world.look<{ enabled: boolean }>('select enabled from endpoints where id = $1', [
          user.endpointId,
        ]);
        return row?.enabled === false;
      };
      const isHit = await until('the endpoint to be disabled', 10_000, isDisabled).catch(() => false);
      await pause(between(300, 1_500));
      user.inbox.mode = 'ok';
      await asUser(world, user, 'PATCH', `/api/webhooks/${user.endpointId}`, { enabled: true });
      await pause(1_000);
      await asUser(world, user, 'POST', `/api/webhooks/${user.endpointId}/replay`, { since });
      return isHit ? Math.min(1, user.inbox.spoiled - before) : 0;
    },
  },
];

function illness(name: string, mode: ReceiverMode): Fault {
  return {
    name,
    forms: bothForms,
    async strike(world) {
      const { inbox } = patientOf(world);
      const before = inbox.spoiled;
      inbox.mode = mode;
      await pause(between(1_000, 3_000));
      inbox.mode = 'ok';
      const spoiled = inbox.spoiled - before;
      // Its process is started anew; what hung there is broken off.
      world.patient.cut();
      return spoiled;
    },
  };
}

export function patientOf(world: World): LoadUser {
  const user = world.users[2];
  if (user === undefined) throw new Error('this world has no user whose receiver may be ill');
  return user;
}

/** Attempts to reach the third user that came to nothing. */
export async function failedAttempts(world: World): Promise<number> {
  const [row] = await world.look<{ n: number }>(
    'select count(*)::int as n from webhook_logs where endpoint_id = $1 and error is not null',
    [patientOf(world).endpointId],
  );
  return row?.n ?? 0;
}

async function asUser(world: World, user: LoadUser, method: string, path: string, body: object): Promise<void> {
  const answer = await fetch(`${world.apis[0]?.url}${path}`, {
    method,
    headers: { 'x-api-key': user.apiKey, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
}
