import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Line } from '../../modules/messages/kinds-support.ts';
import { type MediaServer, startMediaServer } from '../../modules/messages/media-server.ts';
import { expectExactRecords, messageRow, newRecipient, usedUnits } from '../../modules/messages/support.ts';
import type { Answer } from '../../support/gateway.ts';
import { wireError } from './support.ts';
import { type Loose, startTraffic, type Traffic } from './traffic-support.ts';

let traffic: Traffic;
let web: MediaServer;
beforeAll(async () => {
  web = await startMediaServer();
  traffic = await startTraffic({ env: { EGRESS_ALLOW_CIDRS: '127.0.0.0/8' } });
});
afterAll(async () => {
  await expectExactRecords(traffic);
  await traffic.gateway.close();
  await web.close();
});

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const base64 = png.toString('base64');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const call: Traffic['call'] = (...input) => traffic.call(...input);
const sends = (number: string) => traffic.gateway.sandboxes.flatMap(({ control }) => control.ledger.sends({ number }));

function at(name: string, type: string): string {
  return web.serve(name, (response) => response.writeHead(200, { 'content-type': type }).end(png));
}

describe('a medium', () => {
  const kinds: [action: string, field: string, more: Loose, type: string][] = [
    ['sendMedia', 'media', { mediatype: 'image', caption: 'c' }, 'image/png'],
    ['sendMedia', 'media', { mediatype: 'video' }, 'video/mp4'],
    ['sendMedia', 'media', { mediatype: 'audio' }, 'audio/mpeg'],
    ['sendMedia', 'media', { mediatype: 'document', fileName: 'a.pdf' }, 'application/pdf'],
    ['sendWhatsAppAudio', 'audio', { encoding: true }, 'audio/ogg'],
    ['sendSticker', 'sticker', { notConvertSticker: true }, 'image/webp'],
    ['sendPtv', 'video', {}, 'video/mp4'],
  ];

  test.each(kinds)(
    'of %s (%s, %j) is sent by address and as base64, and the backend loads no address',
    async (action, field, more, type) => {
      for (const medium of [at(`${action}-${more.mediatype}`, type), base64]) {
        const number = newRecipient();
        const units = await usedUnits(traffic);
        const { answer, wire } = await call('POST', `/message/${action}`, { number, [field]: medium, ...more });
        expect(answer.status, JSON.stringify(answer.body)).toBe(201);
        expect(wire).toHaveLength(1);
        const body = wire[0]?.body as Loose;
        expect(body[field]).toBe(base64);
        if (more.caption !== undefined) expect(body.caption).toBe('c');
        for (const unknown of ['encoding', 'notConvertSticker']) expect(body).not.toHaveProperty(unknown);
        expect(sends(number)).toMatchObject([{ mediaSha256: sha256(png) }]);
        expect(answer.body).toMatchObject({ key: { fromMe: true }, status: 'PENDING', instanceId: traffic.idOf() });
        expect(await messageRow(traffic, String(answer.headers['x-message-id']))).toMatchObject({ status: 'sent' });
        expect(await usedUnits(traffic)).toBe(units + 1);
      }
    },
  );

  test('above buttons comes from us as well', async () => {
    const body = { number: newRecipient(), title: 't', buttons: [{ type: 'reply', displayText: 'Yes', id: '1' }] };
    for (const thumbnailUrl of [at('thumb', 'image/png'), base64]) {
      const { answer, wire } = await call('POST', '/message/sendButtons', { ...body, thumbnailUrl });
      expect(answer.status, JSON.stringify(answer.body)).toBe(201);
      expect(wire).toMatchObject([{ path: '/message/sendButtons', body: { ...body, thumbnailUrl: base64 } }]);
    }
    const refused = await call('POST', '/message/sendButtons', { ...body, thumbnailUrl: 'http://10.0.0.1/' });
    expect([refused.answer.status, refused.wire]).toEqual([400, []]);
  });

  test('of no name and no type takes those that the body gives', async () => {
    const named = { mediatype: 'document', media: base64, fileName: '../etc/report', mimetype: 'Application/PDF; x=1' };
    const { wire } = await call('POST', '/message/sendMedia', { number: newRecipient(), ...named });
    expect(wire).toMatchObject([{ body: { fileName: 'report.pdf', mimetype: 'application/pdf' } }]);
  });

  test('of a status goes to whom it is for', async () => {
    const body = { type: 'image', content: at('status', 'image/png'), caption: 'c', statusJidList: ['5511888888888'] };
    const { answer, wire } = await call('POST', '/message/sendStatus', body);
    expect(answer).toMatchObject({ status: 201, body: { key: { remoteJid: 'status@broadcast' } } });
    expect(wire).toMatchObject([
      { body: { type: 'image', caption: 'c', allContacts: false, statusJidList: ['5511888888888@s.whatsapp.net'] } },
    ]);
  });

  test('on a line that keeps addresses is told by the address that was given, or as none', async () => {
    const url = at('kept', 'image/png');
    for (const [media, told] of [
      [url, url],
      [base64, null],
    ]) {
      const body = { number: newRecipient(), mediatype: 'image', media };
      const { answer } = await call('POST', '/message/sendMedia', body, { line: 'EVOLUTION' });
      expect(answer).toMatchObject({ status: 201, body: { message: { mediaUrl: told }, messageType: 'imageMessage' } });
    }
    const found = await call('POST', '/chat/findMessages', { where: {} }, { line: 'EVOLUTION' });
    const records: Loose[] = found.answer.body.messages.records;
    expect(records.length).toBeGreaterThan(1);
    expect(records.map(({ message }) => message.mediaUrl)).toEqual(records.map(() => null));
  });
});

describe('refused, before anything is counted or called', () => {
  test.each([
    [
      'sendMedia',
      { mediatype: 'image', media: `data:image/png;base64,${base64}` },
      'Owned media must be a url or base64',
    ],
    ['sendMedia', { mediatype: 'image', media: 'http://localhost/x.png' }, 'Owned media must be a url or base64'],
    ['sendMedia', { mediatype: 'image' }, 'Owned media must be a url or base64'],
    ['sendMedia', { mediatype: 'document', media: base64 }, 'For base64 the file name must be informed.'],
    ['sendMedia', { mediatype: 'image', media: base64.slice(0, -5) }, expect.stringMatching(/not base64/)],
    ['sendMedia', { mediatype: 'image', media: 'http://10.0.0.1/x.png' }, expect.stringMatching(/public|address/i)],
    ['sendMedia', { mediatype: 'image', media: 'http://169.254.169.254/latest' }, expect.any(String)],
    ['sendWhatsAppAudio', {}, 'Owned media must be a url, base64, or valid file with buffer'],
    ['sendSticker', { sticker: '' }, 'Owned media must be a url or base64'],
    ['sendPtv', {}, 'Owned media must be a url or base64'],
  ])('%s %j', async (action, body, message) => {
    const units = await usedUnits(traffic);
    const { answer, wire } = await call('POST', `/message/${action}`, { number: newRecipient(), ...body });
    expect(answer).toMatchObject(wireError(400, 'Bad Request', [message]));
    expect([wire, await usedUnits(traffic)]).toEqual([[], units]);
  });

  test('an address without a file', async () => {
    const missing = at('gone', 'image/png').replace('gone', 'nowhere');
    const body = { number: newRecipient(), mediatype: 'image', media: missing };
    const { answer, wire } = await call('POST', '/message/sendMedia', body);
    expect(answer).toMatchObject(wireError(400, 'Bad Request', [expect.stringMatching(/404/)]));
    expect(wire).toEqual([]);
  });
});

describe('a form', () => {
  async function upload(
    action: string,
    fields: Record<string, string>,
    file: Buffer,
    more: { name?: string; field?: string; line?: Line; type?: string } = {},
  ): Promise<Answer> {
    const { name = 'a.png', field = 'file', type = 'image/png' } = more;
    const form = new FormData();
    for (const [each, value] of Object.entries(fields)) form.append(each, value);
    form.append(field, new Blob([new Uint8Array(file)], { type }), name);
    const url = `${traffic.gateway.url}/message/${action}/${traffic.nameOf(more.line)}`;
    const answer = await fetch(url, { method: 'POST', headers: { apikey: traffic.user.apiKey }, body: form });
    return { status: answer.status, body: await answer.json(), headers: Object.fromEntries(answer.headers) };
  }

  test.each([
    ['sendMedia', { mediatype: 'image', caption: 'm' }, 'image/png'],
    ['sendWhatsAppAudio', {}, 'audio/mpeg'],
    ['sendSticker', {}, 'image/png'],
    ['sendPtv', {}, 'video/mp4'],
  ] as const)('%s brings its file', async (action, fields, type) => {
    const bytes = randomBytes(100_000);
    const number = newRecipient();
    const answer = await upload(action, { number, ...fields }, bytes, { type });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    expect(sends(number)).toMatchObject([{ mediaSha256: sha256(bytes) }]);
  });

  test('of a status, and of a voice note on a line without a phone', async () => {
    const status = await upload('sendStatus', { type: 'image', statusJidList: '' }, png);
    expect(status.status).toBe(400);
    const voice = await upload('sendWhatsAppAudio', { number: newRecipient() }, Buffer.from('ID3DATA'), {
      type: 'audio/mpeg',
      line: 'EVOLUTION',
    });
    expect(voice).toMatchObject({ status: 201, body: { message: { mediaUrl: null }, messageType: 'audioMessage' } });
  });

  test('whose file has another name is refused', async () => {
    const answer = await upload('sendMedia', { number: newRecipient(), mediatype: 'image' }, png, { field: 'upload' });
    expect(answer).toMatchObject(wireError(400, 'Bad Request', [expect.stringMatching(/file/)]));
  });

  test('a field `file` of a body that is none counts for nothing', async () => {
    const body = { number: newRecipient(), mediatype: 'image', media: base64, file: 'x' };
    expect((await call('POST', '/message/sendMedia', body)).answer.status).toBe(201);
  });
});

test('base64 of many MiB is taken, and a body above the limit is 413 in the shape of the contract', async () => {
  const bytes = randomBytes(9_000_000);
  const number = newRecipient();
  const body = { number, mediatype: 'document', fileName: 'big.bin', media: bytes.toString('base64') };
  expect((await call('POST', '/message/sendMedia', body)).answer.status).toBe(201);
  expect(sends(number)).toMatchObject([{ mediaSha256: sha256(bytes) }]);
  const tooLarge = { ...body, media: 'A'.repeat(26_000_000) };
  const { answer } = await call('POST', '/message/sendMedia', tooLarge);
  expect(answer).toMatchObject({ status: 413, body: { status: 413, error: 'Internal Server Error' } });
});
