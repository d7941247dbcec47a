import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Sender, startSender } from './support.ts';

let sender: Sender;

beforeAll(async () => {
  sender = await startSender({ knobs: { echo: false } });
});
afterAll(() => sender.gateway.close());

test('a process that is alone ends what a former one left under way, without waiting for its lease', async () => {
  const { gateway, user, number } = sender;
  const { database, services } = gateway;
  const { body } = await sender.sendText({ async: true, send_at: new Date(Date.now() + 3_600_000).toISOString() });
  // As a process leaves it that dies while it calls the backend for a message of the queue.
  await sql`
    update messages set status = 'sending', called_at = app_now(), lease_until = app_now() + interval '90 seconds'
    where id = ${body.message_id}::uuid`.execute(database.db);
  await sql`
    insert into send_turns (phone_number_id, due_at, lease_until, claim)
    values (${number.id}, app_now(), app_now() + interval '120 seconds', 1)
    on conflict (phone_number_id) do update set due_at = excluded.due_at, lease_until = excluded.lease_until`.execute(
    database.db,
  );
  await services.messages.takeOver();
  await services.messages.endAbandoned();
  const left = await user.api('GET', `/api/messages/${body.message_id}`);
  expect(left.body.message).toMatchObject({ status: 'unknown', status_reason: 'process_ended' });
  const next = await sender.sendText({ async: true });
  await vi.waitFor(async () => {
    const { body: read } = await user.api('GET', `/api/messages/${next.body.message_id}`);
    expect(['sent', 'delivered', 'read']).toContain(read.message.status);
  });
});
