import { expect } from 'vitest';
import type { TestGateway, TestUser } from '../../support/gateway.ts';

/** A user who is an operator, in every process that shares the database once it looks. */
export async function becomeOperator(gateway: TestGateway): Promise<TestUser> {
  const operator = await gateway.signUp();
  await gateway.database.db.updateTable('users').set({ role: 'operator' }).where('id', '=', operator.id).execute();
  gateway.services.users.forgetCaller(operator.id);
  return operator;
}

/** The same user's calls at another gateway. */
export const at =
  (gateway: TestGateway, user: TestUser): TestUser['api'] =>
  (method, url, body, headers = {}) =>
    gateway.anonymous(method, url, body, { 'x-api-key': user.apiKey, ...headers });

/** Expects something to become true in a while. */
export function eventually<T>(read: () => T | Promise<T>, timeout = 10_000) {
  return expect.poll(read, { timeout, interval: 20 });
}
