import { randomBytes } from 'node:crypto';
import type { ReconcileOptions } from '../../../src/modules/fleet/reconcile/reconcile.ts';
import type { Sandbox } from '../../../src/sandbox/index.ts';
import { type GatewayOptions, startGateway, type TestGateway, type TestUser } from '../../support/gateway.ts';
import { only, placeOf, eventually as soon, untilCreated } from '../phone-numbers/support.ts';

export { callsTo, eventTypes, only, placeOf, readNumber } from '../phone-numbers/support.ts';

/** Expects something to become true, also on a machine that has much else to do. */
export const eventually = <T>(read: () => T | Promise<T>, timeout = 15_000) => soon(read, timeout);

/** Passes in a hurry, each of which asks about everything. */
export const hurried: ReconcileOptions = {
  everyMs: 200,
  jitter: 0,
  lookEveryMs: 20,
  lookAgainAfterMs: 50,
  refusedForMs: 100,
  budgetShare: 10,
  passes: { settings: 1, latest: 1, foreign: 1 },
  pausesMs: [30, 60, 120],
  proofWithinMs: 1_500,
  reconnectJitterMs: 5,
  settleMs: 0,
};

/** A gateway whose fleet is looked over all the time. */
export function startFleet(
  reconcile: ReconcileOptions = {},
  { overrides = {}, ...options }: GatewayOptions = {},
): Promise<TestGateway> {
  const fleet = { ...overrides.fleet, reconcile: { ...hurried, ...reconcile } };
  return startGateway({ ...options, overrides: { ...overrides, fleet } });
}

/** An operator who is told of what is found. */
export async function addOperator(gateway: TestGateway): Promise<number> {
  const email = `operator-${randomBytes(6).toString('hex')}@example.com`;
  await gateway.services.users.ensureOperator({ email, password: 'correct horse battery 2' });
  const { id } = await gateway.database.db
    .selectFrom('users')
    .select('id')
    .where('email', '=', email)
    .executeTakeFirstOrThrow();
  return id;
}

export type Line = { id: number; token: string; name: string; sandbox: Sandbox };

/**
 * A connected number whose creation is over, and where it is. Looks as frequent as these may see that it has connected
 * before we have heard of it; what they found then is forgotten.
 */
export async function connectedLine(gateway: TestGateway, user: TestUser): Promise<Line> {
  const { id, token } = await gateway.connectNumber(user);
  await untilCreated(gateway, id);
  await eventually(async () => (await findingsOf(gateway, id)).every(({ outcome }) => outcome !== null)).toBe(true);
  await gateway.database.db.deleteFrom('findings').where('phone_number_id', '=', id).execute();
  return { id, token, ...(await placeOf(gateway, id)) };
}

/** All findings about a number, the oldest first, with the rungs that were taken. */
export async function findingsOf({ database: { db } }: TestGateway, phoneNumberId: number) {
  const found = await db
    .selectFrom('findings')
    .select(['id', 'kind', 'detail', 'sightings', 'step', 'outcome', 'found_at', 'ended_at'])
    .where('phone_number_id', '=', phoneNumberId)
    .orderBy('found_at')
    .orderBy('id')
    .execute();
  const repairs = await db.selectFrom('repairs').selectAll().orderBy('ended_at').execute();
  return found.map((finding) => ({
    ...finding,
    repairs: repairs.filter(({ finding_id }) => finding_id === finding.id).map(({ step, outcome }) => [step, outcome]),
  }));
}

export const findingOf = async (gateway: TestGateway, phoneNumberId: number) =>
  only(await findingsOf(gateway, phoneNumberId));

/** What an operator was told, as type and payload. */
export async function toldTo({ database: { db } }: TestGateway, operatorId: number) {
  const rows = await db
    .selectFrom('events')
    .select(['type', 'payload'])
    .where('user_id', '=', operatorId)
    .orderBy('sequence')
    .execute();
  return rows.map(({ type, payload }) => ({ type, payload: payload as Record<string, unknown> }));
}

export async function passesOf({ database: { db } }: TestGateway) {
  return db.selectFrom('reconciles').selectAll().orderBy('backend_id').execute();
}

/** Waits until each backend has had so many more passes from their beginning to their end. */
export async function untilPassed(gateway: TestGateway, passes = 2): Promise<void> {
  const epochs = async () => (await passesOf(gateway)).map(({ epoch }) => epoch);
  const before = await epochs();
  await eventually(
    async () => (await epochs()).every((epoch, index) => Number(epoch) > Number(before[index] ?? 0) + passes),
    30_000,
  ).toBe(true);
}
