import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsOfMessage, expectExactRecords, newRecipient, onTheWire, type Sender, startSender } from './support.ts';

let sender: Sender;

beforeAll(async () => {
  sender = await startSender();
});
afterAll(() => sender.gateway.close());

const read = async (id: string) => (await sender.user.api('GET', `/api/messages/${id}`)).body;

const statusOf = async (id: string) => {
  const row = await sender.gateway.database.db
    .selectFrom('messages')
    .select(['status', 'evidence', 'whatsapp_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return row;
};

test('a send whose answer was lost is unknown, and sent as soon as its backend echoes it, having left once', async () => {
  const recipient = newRecipient('0000502');
  const answer = await sender.sendText({ number: recipient, text: 'Your code is 4711' });
  expect(answer).toMatchObject({ status: 504, body: { code: 'outcome_unknown' } });
  const { message_id: id } = answer.body;
  await expect.poll(() => statusOf(id), { timeout: 15_000 }).toMatchObject({ evidence: 'echo' });
  const { sends } = onTheWire(sender, recipient);
  expect(sends).toHaveLength(1);
  expect((await statusOf(id)).whatsapp_id).toBe(sends[0]?.id);
  expect(await read(id)).toMatchObject({ message: { id, status_reason: null } });
  const types = await eventsOfMessage(sender, id);
  expect(types.slice(0, 2)).toEqual(['message.unknown', 'message.sent']);
});

test('a send that was lost before it left stays unknown, and says why', async () => {
  const recipient = newRecipient('0000503');
  const answer = await sender.sendText({ number: recipient, text: 'Your code is 4712' });
  expect(answer).toMatchObject({ status: 504 });
  const { message_id: id } = answer.body;
  // Another that was echoed meanwhile shows that evidence was looked at.
  const other = await sender.sendText({ number: newRecipient('0000502'), text: 'Your code is 4712' });
  await expect.poll(() => statusOf(other.body.message_id), { timeout: 15_000 }).toMatchObject({ evidence: 'echo' });
  expect(await statusOf(id)).toMatchObject({ status: 'unknown', evidence: null });
  expect(onTheWire(sender, recipient).sends).toEqual([]);
});

test('what a backend called about in vain comes back from its own records, once', async () => {
  const { gateway, number, user } = sender;
  const [sandbox] = gateway.sandboxes;
  const row = await gateway.database.db
    .selectFrom('phone_numbers')
    .select(['backend_id', 'backend_name'])
    .where('id', '=', number.id)
    .executeTakeFirstOrThrow();
  sandbox?.control.setKnobs({ webhookDropShare: 1 });
  await sandbox?.control.receive(row.backend_name ?? '', { from: '5511777777777', text: 'missed', pushName: 'Alice' });
  const unheard = newRecipient('0000502');
  const { body } = await sender.sendText({ number: unheard, text: 'nobody hears of this' });
  sandbox?.control.setKnobs({ webhookDropShare: 0 });
  const since = new Date(Date.now() - 60_000);
  await gateway.database.db
    .insertInto('gap_repairs')
    .values({ phone_number_id: number.id, backend_id: row.backend_id ?? 0, since, reason: 'backend_down' })
    .execute();
  const received = async () => {
    const rows = await gateway.database.db
      .selectFrom('events')
      .select('payload')
      .where('type', '=', 'message.received')
      .where('user_id', '=', user.id)
      .execute();
    return rows.map((row) => row.payload);
  };
  await expect.poll(received, { timeout: 20_000 }).toMatchObject([{ text: 'missed', recovered: true }]);
  await expect.poll(() => statusOf(body.message_id), { timeout: 20_000 }).toMatchObject({ evidence: 'history' });
  expect(await received()).toHaveLength(1);
});

test('units, statistics and events agree with what left', async () => {
  await expectExactRecords(sender);
});
