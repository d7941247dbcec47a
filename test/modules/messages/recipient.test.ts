import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveRecipient } from '../../../src/modules/messages/drafts/recipient.ts';
import { recordReceived } from '../../../src/modules/messages/evidence/record-received.ts';
import { inTransaction } from '../../../src/platform/database/transaction.ts';
import { createIds } from '../../../src/platform/ids.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

let database: TestDatabase;
const ids = createIds();
const met = ['628123456789@s.whatsapp.net', '123456789012345@lid', '4915112345678@s.whatsapp.net'];

beforeAll(async () => {
  database = await openTestDatabase();
  for (const jid of met) await remember(1, jid);
  await remember(2, '4477000000000@s.whatsapp.net');
});
afterAll(() => database.close());

async function remember(phoneNumberId: number, jid: string) {
  await database.db
    .insertInto('messages')
    .values({
      id: ids.uuidv7(),
      user_id: 1,
      phone_number_id: phoneNumberId,
      direction: 'inbound',
      kind: 'text',
      remote_jid: jid,
      status: 'received',
      content: '{}',
    })
    .execute();
}

function receive(phoneNumberId: number, remoteJid: string, key: Record<string, unknown>) {
  const number = { id: phoneNumberId, userId: 1, instanceName: 'user_1', alias: null, phoneNumber: null };
  const payload = { participant: key.participant ?? null, key: { id: 'A', remoteJid, ...key } };
  return inTransaction(database.db, (tx) =>
    recordReceived(tx, { ids }, number as never, [
      { waId: ids.base62(20), remoteJid, kind: 'text', content: {}, payload },
    ]),
  );
}

const resolve = (number: string) => resolveRecipient(database.db, 1, number);
const verdict = (number: string) =>
  resolve(number).then(
    (recipient) => recipient,
    (error: { code: string }) => error.code,
  );

const digit = fc.constantFrom(...'0123456789');
const digits = (minLength: number, maxLength: number) => fc.string({ unit: digit, minLength, maxLength });
const phone = fc.tuple(fc.constantFrom(...'123456789'), digits(7, 14)).map(([first, rest]) => first + rest);

test('8 to 15 digits that do not start with 0 are a recipient, with or without a plus', async () => {
  await fc.assert(
    fc.asyncProperty(phone, fc.boolean(), async (number, hasPlus) => {
      expect(await verdict(hasPlus ? `+${number}` : number)).toBe(number);
    }),
  );
});

test('a group id is a recipient, in its old form and its new one', async () => {
  await fc.assert(
    fc.asyncProperty(digits(5, 20), fc.option(digits(5, 20)), async (group, old) => {
      const jid = `${group}${old === null ? '' : `-${old}`}@g.us`;
      expect(await verdict(jid)).toBe(jid);
    }),
  );
});

test('an id is a recipient for the number that met it, and for no other', async () => {
  for (const jid of met) expect(await verdict(jid)).toBe(jid);
  expect(await verdict('4477000000000@s.whatsapp.net')).toBe('invalid_number');
  await fc.assert(
    fc.asyncProperty(digits(5, 20), fc.constantFrom('s.whatsapp.net', 'lid'), async (user, host) => {
      const jid = `${user}@${host}`;
      expect(await verdict(jid)).toBe(met.includes(jid) ? jid : 'invalid_number');
    }),
  );
});

test('who wrote in a group may be answered under every address told, long after the message is gone', async () => {
  const [participant, participantAlt] = ['987654321098765@lid', '5511777777777@s.whatsapp.net'];
  expect(await verdict(participant)).toBe('invalid_number');
  await receive(1, '120363041234567890@g.us', { participant, participantAlt, addressingMode: 'lid' });
  await receive(1, '120363041234567890@g.us', { participant, participantAlt, addressingMode: 'lid' });
  await receive(1, '555555555555555@lid', { participant: '', remoteJidAlt: '5511666666666@s.whatsapp.net' });
  await database.db.deleteFrom('messages').where('whatsapp_id', 'is not', null).execute();
  for (const jid of [participant, participantAlt, '555555555555555@lid', '5511666666666@s.whatsapp.net']) {
    expect(await verdict(jid)).toBe(jid);
    await expect(resolveRecipient(database.db, 2, jid)).rejects.toMatchObject({ code: 'invalid_number' });
  }
});

test('nothing else is a recipient, whatever is put around one that is', async () => {
  const noise = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }).filter((text) => !/^[0-9+]+$/.test(text));
  await fc.assert(
    fc.asyncProperty(phone, noise, fc.constantFrom('before', 'after', 'inside'), async (number, text, where) => {
      const spoiled =
        where === 'before'
          ? text + number
          : where === 'after'
            ? number + text
            : number.slice(0, 4) + text + number.slice(4);
      expect(await verdict(spoiled)).toBe('invalid_number');
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 64 }), async (text) => {
      const isAllowed = /^\+?[1-9][0-9]{7,14}$|^[0-9]{5,20}(-[0-9]{5,20})?@g\.us$/.test(text) || met.includes(text);
      if (!isAllowed) expect(await verdict(text)).toBe('invalid_number');
    }),
  );
});

test.each([
  '',
  '0',
  '1234567',
  '1234567890123456',
  '00628123456789',
  '+0628123456789',
  '++628123456789',
  '628123456789 ',
  '628123456789\n',
  '628 123 456 789',
  '٦٢٨١٢٣٤٥٦٧٨٩',
  '６２８１２３４５６７８９',
  '628123456789,628999999999',
  '6.28123456789e11',
  '0x9236BCA0815',
  'status@broadcast',
  '628123456789@broadcast',
  '628123456789@c.us',
  '628123456789:12@s.whatsapp.net',
  '628123456789@S.WHATSAPP.NET',
  '628123456789@s.whatsapp.net.evil.example',
  '120363000000000000@newsletter',
  '1234@g.us',
  '120363000000000000@g.us@g.us',
  '120363000000000000@gxus',
])('%j is no recipient', async (number) => {
  expect(await verdict(number)).toBe('invalid_number');
});
