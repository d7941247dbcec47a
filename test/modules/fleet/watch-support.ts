import type { Sandbox } from '../../../src/sandbox/index.ts';
import type { TestGateway } from '../../support/gateway.ts';

/** Nothing periodic: the tests have the fleet look when they want it to. */
export const byHand = {
  orphans: { listEveryMs: 1, lookEveryMs: 3_600_000 },
  reconcile: { lookEveryMs: 3_600_000 },
  disconnects: { restPerLook: 0 },
} as const;

/** How the names of this installation's instances begin. */
export async function prefixOf({ database }: TestGateway): Promise<string> {
  const { id } = await database.db.selectFrom('installation').select('id').executeTakeFirstOrThrow();
  return `ef-${id}-`;
}

/** An instance that somebody made on a backend, past us. */
export async function makeInstance(sandbox: Sandbox, name: string): Promise<string> {
  const answer = await fetch(`${sandbox.url}/instance/create`, {
    method: 'POST',
    headers: { apikey: 'global-key', 'content-type': 'application/json' },
    body: JSON.stringify({ instanceName: name, integration: 'WHATSAPP-BAILEYS', qrcode: false }),
  });
  if (answer.status !== 201) throw new Error(`create answered ${answer.status}: ${await answer.text()}`);
  return name;
}

export const namesOn = (sandbox: Sandbox): string[] => sandbox.control.instances().map(({ name }) => name);

export async function backendIdOf({ database }: TestGateway, sandbox: Sandbox): Promise<number> {
  const row = await database.db
    .selectFrom('backends')
    .select('id')
    .where('url', '=', sandbox.url)
    .executeTakeFirstOrThrow();
  return row.id;
}

/** One list of every backend, and all that comes of it. */
export const look = ({ services }: TestGateway): Promise<void> => services.fleet.orphans.lookForOrphans();

/** Two sightings, more than ten minutes apart by the database's clock. */
export async function lookTwice(gateway: TestGateway): Promise<void> {
  await look(gateway);
  await gateway.database.pool.query("update findings set found_at = found_at - interval '601 seconds'");
  await look(gateway);
}

export const query = ({ database }: TestGateway, text: string, values: unknown[] = []) =>
  database.pool.query(text, values).then(({ rows }) => rows);

/** Kind and payload's part of every event of the fleet that this operator was told, in order. */
export async function fleetEvents(gateway: TestGateway, userId: number): Promise<{ type: string; payload: Loose }[]> {
  return query(
    gateway,
    "select type, payload from events where user_id = $1 and type like 'fleet.%' order by sequence",
    [userId],
  );
}

type Loose = ReturnType<typeof JSON.parse>;
