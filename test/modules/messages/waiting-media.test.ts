import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type MediaServer, startMediaServer } from './media-server.ts';
import { eventsOfMessage, newRecipient, onTheWire, type Sender, startSender, usedUnits } from './support.ts';
import { waitingOf } from './waiting-support.ts';

let sender: Sender;
let media: MediaServer;
let waiting: ReturnType<typeof waitingOf>;

beforeEach(async () => {
  media = await startMediaServer();
  sender = await startSender({
    knobs: { acks: false },
    overrides: { egress: { allowCidrs: ['127.0.0.1/32'] }, messages: { fetchWithinMs: 500, retryMs: 20 } },
  });
  waiting = waitingOf(sender);
});
afterEach(async () => {
  await sender.gateway.close();
  await media.close();
});

async function queueMedia(body: Record<string, unknown>): Promise<string> {
  const answer = await sender.sendMedia({ async: true, ...body });
  expect(answer.status).toBe(202);
  return answer.body.message_id;
}

const png = Buffer.from('89504e470d0a1a0a', 'hex');

test('media by URL is fetched when its message leaves, and the message tells what it was', async () => {
  const number = newRecipient();
  const mediaUrl = media.serve('a.png', (response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end(png),
  );
  await sql`update phone_numbers set status = 'disconnected' where id = ${sender.number.id}`.execute(
    sender.gateway.database.db,
  );
  const id = await queueMedia({ number, mediaUrl, caption: 'look' });
  await vi.waitFor(async () => {
    const { rows } = await sql`select 1 from send_turns where failures > 0`.execute(sender.gateway.database.db);
    expect(rows).toHaveLength(1);
  });
  expect(media.asked).toEqual([]);
  await sql`update phone_numbers set status = 'connected' where id = ${sender.number.id}`.execute(
    sender.gateway.database.db,
  );
  await waiting.untilStatus(id, 'sent');
  expect(media.asked).toEqual(['/a.png']);
  expect(onTheWire(sender, number).sends).toMatchObject([{ kind: 'image' }]);
  expect(await waiting.messageOf(id)).toMatchObject({
    content: { caption: 'look', mimetype: 'image/png', media_url: mediaUrl },
  });
});

test('media that is definitely not there fails its message, and gives the unit back', async () => {
  const mediaUrl = media.serve('gone.png', (response) => response.writeHead(404).end());
  const id = await queueMedia({ number: newRecipient(), mediaUrl });
  await waiting.untilStatus(id, 'failed');
  expect(await waiting.messageOf(id)).toMatchObject({ status_reason: 'media_unavailable', called_at: null });
  expect(await eventsOfMessage(sender, id)).toEqual(['message.failed']);
  expect(await usedUnits(sender)).toBe(0);
  expect(media.asked).toHaveLength(1);
});

test('media that cannot be fetched for a while is asked for again, and those behind it keep their order', async () => {
  const number = newRecipient();
  let asked = 0;
  const mediaUrl = media.serve('b.png', (response) => {
    if (++asked < 3) response.destroy();
    else response.writeHead(200, { 'content-type': 'image/png' }).end(png);
  });
  const id = await queueMedia({ number, mediaUrl });
  const next = await waiting.queue({ number, text: 'after it' });
  await waiting.untilStatus(next, 'sent');
  expect(asked).toBe(3);
  expect(await waiting.messageOf(id)).toMatchObject({ status: 'sent' });
  expect(onTheWire(sender, number).sends.map(({ kind }) => kind)).toEqual(['image', 'text']);
});

test('media that can never be fetched is given up after 5 tries', async () => {
  const mediaUrl = media.serve('c.png', (response) => response.destroy());
  const id = await queueMedia({ number: newRecipient(), mediaUrl });
  await waiting.untilStatus(id, 'failed');
  expect(media.asked).toHaveLength(5);
  expect(await waiting.messageOf(id)).toMatchObject({ status_reason: 'media_unavailable' });
  expect(await usedUnits(sender)).toBe(0);
});

test('media that came with the request is kept until its message leaves', async () => {
  const number = newRecipient();
  const id = await queueMedia({ number, mediaBase64: `data:image/png;base64,${png.toString('base64')}` });
  await waiting.untilStatus(id, 'sent');
  expect(onTheWire(sender, number).sends).toMatchObject([
    { kind: 'image', mediaSha256: createHash('sha256').update(png).digest('hex') },
  ]);
});
