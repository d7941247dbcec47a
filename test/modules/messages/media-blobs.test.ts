import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  extendBlob,
  keepBlob,
  type NewBlob,
  readBlob,
} from '../../../src/modules/messages/media/media-blobs-repository.ts';
import { findLinkedBlob, removeBlobs } from '../../../src/modules/messages/media/media-blobs-system.ts';
import { openTestDatabase, type TestDatabase } from '../../support/harness.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

let users = 1_000;
const newUser = () => ++users;
const newId = () => `01900000-0000-7000-8000-${randomBytes(6).toString('hex')}`;

function blobOf(bytes: Buffer, change: Partial<NewBlob> = {}): NewBlob {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { id: newId(), bytes, sha256, mimetype: 'image/png', fileName: 'a.png', keepSeconds: 300, ...change };
}

const held = async (userId: number) =>
  (await database.db.selectFrom('media_blobs').select('id').where('user_id', '=', userId).execute()).map(
    ({ id }) => id,
  );

async function messageWith(userId: number, blobId: string, change: { status: string; unknownHoursAgo?: number }) {
  await sql`
    insert into messages (id, user_id, phone_number_id, direction, kind, remote_jid, status, content, media_blob_id, unknown_at)
    values (${randomUUID()}::uuid, ${userId}, 1, 'outbound', 'image', '628', ${change.status}, '{}', ${blobId}::uuid,
      app_now() - make_interval(hours => ${change.unknownHoursAgo ?? 0}))`.execute(database.db);
}

const letTimePass = (userId: number, seconds: number) =>
  sql`update media_blobs set delete_after = delete_after - make_interval(secs => ${seconds}) where user_id = ${userId}`.execute(
    database.db,
  );

test('a user has the same bytes here once; another user has their own', async () => {
  const [user, other] = [newUser(), newUser()];
  const bytes = randomBytes(2_000);
  const first = await keepBlob(database.db, user, blobOf(bytes));
  expect(await keepBlob(database.db, user, blobOf(bytes, { mimetype: null }))).toBe(first);
  const many = await Promise.all(Array.from({ length: 8 }, () => keepBlob(database.db, other, blobOf(bytes))));
  expect(new Set(many).size).toBe(1);
  expect(many[0]).not.toBe(first);
  expect([await held(user), await held(other)]).toEqual([[first], [many[0]]]);
  expect(await readBlob(database.db, user, first)).toEqual({
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    mimetype: 'image/png',
    fileName: 'a.png',
  });
  expect(await readBlob(database.db, other, first)).toBeUndefined();
  expect(await extendBlob(database.db, other, first, 60)).toBe(false);
});

test('a linked medium is read in pieces, in their order', async () => {
  const bytes = randomBytes(1_200_001);
  const id = await keepBlob(database.db, newUser(), blobOf(bytes));
  const linked = await findLinkedBlob(database.db, id);
  const pieces: Buffer[] = [];
  for await (const piece of linked?.chunks() ?? []) pieces.push(piece);
  expect([linked?.size, pieces.length]).toEqual([bytes.length, 3]);
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
  expect(await findLinkedBlob(database.db, newId())).toBeUndefined();
});

test('a user keeps so much at most, and is told so before the disk is full', async () => {
  const [user, other] = [newUser(), newUser()];
  const bytesMax = 10_000;
  const keep = (by: number, size: number) => keepBlob(database.db, by, blobOf(randomBytes(size)), bytesMax);
  const first = await keep(user, 6_000);
  await keep(user, 4_000);
  await expect(keep(user, 1)).rejects.toMatchObject({
    code: 'media_limit',
    kind: 'limit',
    details: { media_bytes: 512 * 1_048_576 },
  });
  await keep(other, 10_000);
  await sql`delete from media_blobs where id = ${first}::uuid`.execute(database.db);
  await keep(user, 6_000);
  expect(await held(user)).toHaveLength(2);
});

test.each<[string, boolean, { status: string; unknownHoursAgo?: number }]>([
  ['scheduled', true, { status: 'scheduled' }],
  ['accepted', true, { status: 'accepted' }],
  ['sending', true, { status: 'sending' }],
  ['unknown for 23 hours', true, { status: 'unknown', unknownHoursAgo: 23 }],
  ['unknown for 25 hours', false, { status: 'unknown', unknownHoursAgo: 25 }],
  ['sent', false, { status: 'sent' }],
  ['read', false, { status: 'read' }],
  ['failed', false, { status: 'failed' }],
  ['expired', false, { status: 'expired' }],
  ['cancelled', false, { status: 'cancelled' }],
])('media of a message that is %s: kept is %s', async (_state, isKept, message) => {
  const user = newUser();
  const id = await keepBlob(database.db, user, blobOf(randomBytes(20)));
  await messageWith(user, id, message);
  await letTimePass(user, 301);
  await removeBlobs(database.db);
  expect(await held(user)).toEqual(isKept ? [id] : []);
});

test('media that one message has no use for any more stays for another, and for whoever is about to refer to it', async () => {
  const user = newUser();
  const bytes = randomBytes(20);
  const id = await keepBlob(database.db, user, blobOf(bytes));
  await messageWith(user, id, { status: 'sent' });
  await messageWith(user, id, { status: 'accepted' });
  await letTimePass(user, 301);
  await removeBlobs(database.db);
  expect(await held(user)).toEqual([id]);
  await sql`update messages set status = 'sent' where user_id = ${user}`.execute(database.db);
  await letTimePass(user, 301);
  expect(await keepBlob(database.db, user, blobOf(bytes))).toBe(id);
  await removeBlobs(database.db);
  expect(await held(user)).toEqual([id]);
  await letTimePass(user, 301);
  await Promise.all([removeBlobs(database.db), removeBlobs(database.db)]);
  expect(await held(user)).toEqual([]);
});

test('many that nobody refers to go in one pass', async () => {
  const user = newUser();
  await sql`
    insert into media_blobs (id, user_id, sha256, bytes, delete_after)
    select gen_random_uuid(), ${user}, decode(md5(i::text), 'hex'), 'x', app_now() - interval '1 second'
    from generate_series(1, 450) i`.execute(database.db);
  await removeBlobs(database.db);
  expect(await held(user)).toEqual([]);
});
