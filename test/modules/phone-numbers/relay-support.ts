import { expect } from 'vitest';
import type { Received } from '../../evolution/scripted-server.ts';
import { json, startScriptedServer } from '../../evolution/scripted-server.ts';
import type { Answer, TestNumber } from '../../support/gateway.ts';
import type { Sender } from '../messages/support.ts';
import { usedUnits } from '../messages/support.ts';

export type Call = { method: string; url: string; body: unknown };

/** What a number's backend calls it. */
export async function backendNameOf({ gateway }: Pick<Sender, 'gateway'>, number: TestNumber): Promise<string> {
  const row = await gateway.database.db
    .selectFrom('phone_numbers')
    .select('backend_name')
    .where('id', '=', number.id)
    .executeTakeFirstOrThrow();
  return row.backend_name ?? '';
}

/** The calls about chats and groups that backends got during `work`, which must have cost nothing. */
export async function during(
  sender: Pick<Sender, 'gateway' | 'user'>,
  work: () => Promise<Answer>,
): Promise<{ answer: Answer; calls: Call[] }> {
  const all = () =>
    sender.gateway.sandboxes
      .flatMap(({ control }) => control.ledger.calls())
      .filter(({ url }) => /^\/(chat|group)\//.test(url));
  const before = all().length;
  const units = await usedUnits(sender);
  const answer = await work();
  expect(await usedUnits(sender)).toBe(units);
  return { answer, calls: all().slice(before) };
}

/** No answer tells how a number is called and reached behind us. */
export async function expectNothingOfTheBackend(
  sender: Pick<Sender, 'gateway'>,
  number: TestNumber,
  answers: readonly Answer[],
): Promise<void> {
  const name = await backendNameOf(sender, number);
  const text = JSON.stringify(answers.map(({ body, headers }) => [body, headers]));
  for (const secret of [name, 'global-key', number.token, ...sender.gateway.sandboxes.map(({ url }) => url)])
    expect(text).not.toContain(secret);
  expect(text).not.toMatch(/instanceId|instanceName/);
}

/** Sets how a number seems to be connected. */
export async function setStatus({ gateway }: Pick<Sender, 'gateway'>, number: TestNumber, status: string) {
  await gateway.database.db.updateTable('phone_numbers').set({ status }).where('id', '=', number.id).execute();
}

export type StandIn = {
  received: Received[];
  /** What it answers, by `METHOD /path` without the name; a missing one hangs. */
  answers: Map<string, { status: number; body: unknown }>;
  close(): Promise<void>;
};

/** A server in place of a number's backend, which answers as told. */
export async function standIn({ gateway }: Pick<Sender, 'gateway'>, number: TestNumber): Promise<StandIn> {
  const answers: StandIn['answers'] = new Map();
  const server = await startScriptedServer(({ method, url }, response) => {
    const answer = answers.get(`${method} ${url.replace(/\/[^/]*$/, '')}`);
    if (answer !== undefined) json(response, answer.status, answer.body);
  });
  await gateway.services.backends.join([{ url: server.baseUrl, apiKey: 'global-key', isSandbox: true }]);
  const { db } = gateway.database;
  const { id } = await db
    .updateTable('backends')
    .set({ state: 'active' })
    .where('url', '=', server.baseUrl)
    .returning('id')
    .executeTakeFirstOrThrow();
  await db.updateTable('phone_numbers').set({ backend_id: id }).where('id', '=', number.id).execute();
  await gateway.services.backends.refresh();
  return { received: server.received, answers, close: server.close };
}
