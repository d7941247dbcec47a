import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InboundFact } from '../../src/evolution/inbound-facts.ts';
import { parseInboundCall } from '../../src/evolution/parse-inbound.ts';
import { EVOLUTION_EVENTS } from '../../src/evolution/wire.ts';
import { readRecording, recordingsIn } from './captures.ts';

/** What each recorded webhook call tells. */
const EXPECTED: Record<string, string[]> = {
  'hooks/h01-instance.create': ['unknown unused'],
  'hooks/h02-instance.delete': ['unknown unused'],
  'hooks/h03-remove.instance': ['unknown unused'],
  'hooks/h04-send.message-EVOLUTION-text': ['echo conversation'],
  'hooks/h05-send.message-EVOLUTION-media': ['echo imageMessage media x3'],
  'hooks/h06-send.message-EVOLUTION-buttons': ['echo buttonMessage'],
  'hooks/h07-messages.upsert-EVOLUTION': [
    'message_received conversation',
    'message_received imageMessage media',
    'message_received conversation x2',
  ],
  'hooks/h08-contacts.upsert-EVOLUTION': ['unknown unused'],
  'hooks/h09-chats.upsert-EVOLUTION': ['unknown unused'],
  'hooks/h10-chats.update-EVOLUTION': ['unknown unused'],
  'hooks/h11-connection.update-BAILEYS-connecting': ['connection connecting 200 x3'],
  'hooks/h12-byEvents-paths': [
    'echo conversation',
    'echo imageMessage media',
    'message_received conversation',
    'unknown unused x2',
  ],
  'hooks/h13-jwt': ['echo conversation'],
  'hooks/h14-custom-headers': ['unknown unused'],
  'hooks/h15-global-webhook': ['echo conversation x2'],
  'hooks/h16-errors-webhook': ['unknown unused x2'],
  'hooks/h17-retry-500': ['echo conversation x5'],
  'hooks/h18-nonretryable-400': ['echo conversation'],
  'hooks/h19-retry-429': ['echo conversation x5'],
  'hooks/h20-reset': ['echo conversation x5'],
  'hooks/h21-slow-listener-concurrency': ['echo conversation x4'],
  'hooks/h22-business-send.message': ['echo conversation x2', 'echo imageMessage media'],
  'hooks/h23-business-messages.upsert-text': ['message_received conversation'],
  'hooks/h24-business-messages.upsert-image-base64': ['message_received imageMessage media'],
  'hooks/h25-business-messages.update': ['status delivered'],
  'hooks/h26-business-contacts.upsert': ['unknown unused'],
  'hooks/h27-global-instance.delete': ['unknown unused'],
  'hooks/h28-delete-of-connecting-baileys-sequence': [
    'unknown unused x2',
    'connection_lost 401',
    'logged_out',
    'connection close 401',
  ],
  'hooks/h39-WA-sequence': [],
  'hooks/h40-WA-instance.create': ['unknown unused'],
  'hooks/h41-WA-connection.update-connecting': ['connection connecting 200'],
  'hooks/h42-WA-qrcode.updated-qr': ['qr'],
  'hooks/h43-WA-connection.update-open': ['connection open 200'],
  'hooks/h44-WA-send.message-conversation': ['echo conversation'],
  'hooks/h45-WA-messages.update-DELIVERY-ACK': ['status delivered'],
  'hooks/h46-WA-messages.update-READ': ['status read'],
  'hooks/h47-WA-send.message-locationMessage': ['echo locationMessage'],
  'hooks/h48-WA-send.message-contactMessage': ['echo contactMessage'],
  'hooks/h49-WA-send.message-reactionMessage': ['echo reactionMessage'],
  'hooks/h50-WA-send.message-pollCreationMessageV3': ['echo pollCreationMessageV3'],
  'hooks/h51-WA-send.message-viewOnceMessage': ['echo viewOnceMessage'],
  'hooks/h52-WA-send.message-imageMessage': ['echo imageMessage media'],
  'hooks/h53-WA-chats.update-array': ['unknown unused'],
  'hooks/h54-WA-contacts.update-array': ['unknown unused'],
  'hooks/h55-WA-messages.upsert-conversation': ['message_received conversation'],
  'hooks/h56-WA-contacts.update': ['unknown unused'],
  'hooks/h57-WA-messages.delete-conversation': ['deleted'],
  'hooks/h58-WA-send.message.update': ['edited'],
  'hooks/h59-WA-status.instance-closed': ['connection_lost 401'],
  'hooks/h60-WA-logout.instance': ['logged_out'],
  'hooks/h61-WA-connection.update-close': ['connection close 401'],
  'derived/d01-qrcode.updated': ['qr'],
  'derived/d02-qrcode.updated-limit': ['qr_limit'],
  'derived/d03-connection.update-refused': ['connection refused 428'],
  'derived/d04-connection.update-open': ['connection open 200'],
  'derived/d05-connection.update-close-and-status.instance': [
    'connection_lost 401',
    'logged_out',
    'connection close 401',
  ],
  'derived/d06-messages.upsert-baileys-text': ['message_received conversation'],
  'derived/d07-messages.update': ['unknown malformed'],
  'derived/d08-messages.delete': ['deleted x2'],
  'derived/d09-messages.edited': ['edited'],
  'derived/d10-send.message.update': ['unknown malformed'],
  'derived/d11-send.message-baileys': ['echo conversation'],
  'derived/d12-contacts': ['unknown unused x2'],
  'derived/d13-chats': ['unknown unused x4'],
  'derived/d14-messages.set': ['unknown unused'],
  'derived/d15-presence.update': ['unknown unused'],
  'derived/d16-groups': ['unknown unused x3'],
  'derived/d17-labels': ['unknown unused x2'],
  'derived/d18-call': ['unknown unused'],
  'derived/d19-never-emitted': [],
};

describe('every recorded webhook call', () => {
  test('is listed here', () => {
    const all = ['hooks', 'derived'].flatMap((folder) =>
      recordingsIn(`contract/${folder}`).map((name) => `${folder}/${name}`),
    );
    expect(Object.keys(EXPECTED)).toEqual(all);
  });

  test.each(Object.entries(EXPECTED))('%s tells %j', (name, expected) => {
    expect(counted(factsOf(name).map(labelOf))).toEqual(expected);
  });
});

describe('a fact', () => {
  test('carries the name and the time the call gave, the time also as it came', () => {
    const [fact] = factsOf('hooks/h43-WA-connection.update-open');
    expect(fact).toEqual({
      instance: 'wa1',
      at: new Date('2026-11-20T12:10:42.883Z'),
      atRaw: '2026-11-20T12:10:42.883Z',
      kind: 'connection',
      state: 'open',
      statusReason: 200,
      wuid: '5511999999999@s.whatsapp.net',
      profileName: 'My Shop',
    });
  });

  test('of a received message has who, what and when, and the record as it came', () => {
    const [fact] = factsOf('hooks/h55-WA-messages.upsert-conversation');
    expect(fact).toEqual({
      instance: 'wa1',
      at: new Date('2026-11-20T12:10:47.409Z'),
      atRaw: '2026-11-20T12:10:47.409Z',
      kind: 'message_received',
      waId: '3AINBOUND000000000001',
      remoteJid: '5511888888888@s.whatsapp.net',
      fromMe: false,
      pushName: 'Alice WA',
      messageType: 'conversation',
      text: 'hi from phone',
      isMedia: false,
      timestamp: 1795176647,
      status: 'delivered',
      raw: expect.objectContaining({ source: 'android' }),
    });
  });

  test('of a received picture has its caption as text', () => {
    const [fact] = factsOf('hooks/h24-business-messages.upsert-image-base64');
    expect(fact).toMatchObject({ kind: 'message_received', text: 'pic', isMedia: true, waId: 'wamid.IN2' });
  });

  test('of an acknowledgement names the message by the flat id, and the chat', () => {
    expect(factsOf('hooks/h45-WA-messages.update-DELIVERY-ACK')[0]).toMatchObject({
      kind: 'status',
      status: 'delivered',
      waId: '3EB0198A6CA060A81A1F7B',
      remoteJid: '5511888888888@s.whatsapp.net',
      fromMe: true,
    });
  });

  test("of a deletion names the message, never the server's row", () => {
    expect(factsOf('hooks/h57-WA-messages.delete-conversation')[0]).toMatchObject({
      kind: 'deleted',
      waId: '3EB0198A6CA060A81A1F7B',
    });
  });

  test('of an edit has the new text', () => {
    expect(factsOf('hooks/h58-WA-send.message.update')[0]).toMatchObject({
      kind: 'edited',
      waId: '3EB060A0219BC6D082E66C',
      text: 'edited',
      editedAt: new Date(1795176649475),
    });
    expect(factsOf('derived/d09-messages.edited')[0]).toMatchObject({ kind: 'edited', text: 'new text' });
  });

  test('of a lost connection has the reason and the true time', () => {
    expect(factsOf('hooks/h59-WA-status.instance-closed')[0]).toMatchObject({
      kind: 'connection_lost',
      reasonCode: 401,
      lostAt: new Date('2026-11-20T12:10:55.823Z'),
    });
  });

  test('of a QR has the picture, the code and a pairing code where one was asked for', () => {
    const [fact] = factsOf('hooks/h42-WA-qrcode.updated-qr');
    expect(fact).toMatchObject({ kind: 'qr', pairingCode: null });
    if (fact?.kind !== 'qr') throw new Error('no QR');
    expect(fact.image.slice(0, 22)).toBe('data:image/png;base64,');
    expect(fact.code.slice(0, 2)).toBe('2@');
  });
});

describe('statuses of both dialects', () => {
  test.each([
    ['ERROR', 'error'],
    ['PENDING', 'pending'],
    ['SERVER_ACK', 'server_ack'],
    ['DELIVERY_ACK', 'delivered'],
    ['READ', 'read'],
    ['PLAYED', 'played'],
    ['DELETED', 'deleted'],
    ['SENT', 'server_ack'],
    ['DELIVERED', 'delivered'],
    ['FAILED', 'error'],
    [3, 'delivered'],
  ])('%s is %s', (status, expected) => {
    expect(parse('messages.update', { keyId: 'A', status })).toMatchObject([
      { kind: 'status', waId: 'A', status: expected },
    ]);
  });

  test('a name of neither is malformed, and so is one without a message', () => {
    expect(parse('messages.update', { keyId: 'A', status: 'constructor' })).toMatchObject([{ reason: 'malformed' }]);
    expect(parse('messages.update', { status: 'READ' })).toMatchObject([{ reason: 'malformed' }]);
  });

  test('votes in a poll, which the server calls DELETED, delete nothing', () => {
    const votes = { keyId: 'A', status: 'DELETED', pollUpdates: [{ name: 'a', voters: [] }] };
    expect(parse('messages.update', votes)).toMatchObject([{ kind: 'unknown', reason: 'unused' }]);
  });
});

describe('messages', () => {
  test("with fromMe are the owner's own, and a send is an echo", () => {
    const record = { key: { id: 'A', remoteJid: '1@s.whatsapp.net', fromMe: true }, message: { conversation: 'x' } };
    expect(parse('messages.upsert', record)).toMatchObject([{ kind: 'own_message', messageType: 'conversation' }]);
    expect(parse('send.message', record)).toMatchObject([{ kind: 'echo' }]);
  });

  test('keep both addresses of a chat and the writer in a group', () => {
    const key = {
      id: 'A',
      remoteJid: '7@lid',
      remoteJidAlt: '1@s.whatsapp.net',
      participant: '8@lid',
      participantAlt: '2@s.whatsapp.net',
    };
    expect(parse('messages.upsert', { key })).toMatchObject([
      {
        remoteJid: '7@lid',
        remoteJidAlt: '1@s.whatsapp.net',
        participant: '8@lid',
        participantAlt: '2@s.whatsapp.net',
      },
    ]);
  });

  test.each([
    'imageMessage',
    'videoMessage',
    'ptvMessage',
    'audioMessage',
    'documentMessage',
    'documentWithCaptionMessage',
    'stickerMessage',
  ])('%s is media', (kind) => {
    expect(upsert({ [kind]: {} })).toMatchObject({ isMedia: true, messageType: kind });
  });

  test('a picture shown once is media, with its caption', () => {
    expect(upsert({ viewOnceMessageV2: { message: { imageMessage: { caption: 'c' } } } })).toMatchObject({
      isMedia: true,
      text: 'c',
    });
  });

  test('a document with a caption, a quoted text and a button have their text', () => {
    const document = { documentWithCaptionMessage: { message: { documentMessage: { caption: 'd' } } } };
    expect(upsert(document)).toMatchObject({ isMedia: true, text: 'd' });
    expect(upsert({ extendedTextMessage: { text: 'e' } })).toMatchObject({ isMedia: false, text: 'e' });
    expect(upsert({ buttonsResponseMessage: { selectedDisplayText: 'b' } })).toMatchObject({ text: 'b' });
  });

  test.each([
    [1795176647, 1795176647],
    ['1795176647', 1795176647],
    [{ low: 1795176647, high: 0, unsigned: true }, 1795176647],
    [{ low: -1, high: 0 }, 4294967295],
    [1795176647123, 1795176647],
    ['soon', null],
    [-1, null],
    [{}, null],
    [undefined, null],
  ])('a time given as %j is %s seconds', (messageTimestamp, timestamp) => {
    expect(upsert({}, { messageTimestamp })).toMatchObject({ timestamp });
  });

  test('in a list give one fact each, the unusable ones too', () => {
    const good = { key: { id: 'A', remoteJid: 'x' } };
    expect(parse('messages.upsert', [good, 7, good]).map((fact) => fact.kind)).toEqual([
      'message_received',
      'unknown',
      'message_received',
    ]);
  });

  test('a revocation under the name of an edit is a deletion', () => {
    for (const type of ['REVOKE', 0]) {
      expect(parse('messages.edited', { key: { id: 'A' }, type })).toMatchObject([{ kind: 'deleted', waId: 'A' }]);
    }
    expect(parse('messages.edited', { key: { id: 'A' }, type: 'HISTORY_SYNC_NOTIFICATION' })).toMatchObject([
      { reason: 'unused' },
    ]);
  });
});

describe('what cannot be used', () => {
  test.each([null, 7, 'x', [], true])('a call that is %j is malformed', (envelope) => {
    expect(parseInboundCall(envelope)).toMatchObject([
      { kind: 'unknown', event: null, reason: 'malformed', instance: null, at: null },
    ]);
  });

  test.each(['constructor', '__proto__', 'toString', 'messages.upserted'])('the event %s is unlisted', (event) => {
    expect(parse(event, {})).toMatchObject([{ kind: 'unknown', event, reason: 'unlisted' }]);
  });

  test.each(EVOLUTION_EVENTS)('%s is a known name', (name) => {
    const event = name
      .toLowerCase()
      .replaceAll('_', '.')
      .replace('group.participants', 'group-participants')
      .replace('change.status', 'change-status');
    expect(parse(event, {}).filter((fact) => fact.kind === 'unknown' && fact.reason === 'unlisted')).toEqual([]);
  });

  test('a date that is none leaves the time open', () => {
    expect(parseInboundCall({ event: 'logout.instance', instance: 'a', date_time: 'ISO date' })).toEqual([
      { instance: 'a', at: null, atRaw: 'ISO date', kind: 'logged_out' },
    ]);
  });
});

describe('nothing makes it throw', () => {
  const events = [
    'messages.upsert',
    'messages.update',
    'messages.delete',
    'messages.edited',
    'send.message',
    'send.message.update',
    'qrcode.updated',
    'connection.update',
    'status.instance',
    'logout.instance',
  ];
  const keys = [
    'key',
    'id',
    'keyId',
    'remoteJid',
    'fromMe',
    'message',
    'messageType',
    'messageTimestamp',
    'status',
    'qrcode',
    'base64',
    'code',
    'state',
    'statusReason',
    'type',
    'editedMessage',
    'timestampMs',
    'disconnectionAt',
    'low',
    'high',
    'viewOnceMessage',
    'imageMessage',
    'caption',
    'toString',
    'valueOf',
    '__proto__',
    'hasOwnProperty',
    'constructor',
  ];
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(
        null,
        true,
        false,
        0,
        1,
        -1,
        1e21,
        '',
        'x',
        'open',
        'closed',
        'READ',
        'REVOKE',
        '9999999999',
        'SENT',
      ),
      fc.array(tie('value'), { maxLength: 3 }),
      fc
        .array(fc.tuple(fc.constantFrom(...keys), tie('value')), { maxLength: 6 })
        .map((entries) => JSON.parse(objectText(entries))),
    ),
  }));

  test('any JSON value as the call', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => wellFormed(parseInboundCall(json))));
  });

  test('any JSON value, and values with the names it looks for, as the data', () => {
    fc.assert(
      fc.property(fc.constantFrom(...events), fc.oneof(fc.jsonValue(), value), value, (event, data, date_time) =>
        wellFormed(parseInboundCall({ event, instance: 'a', data, date_time })),
      ),
      { numRuns: 2000 },
    );
  });
});

function parse(event: string, data: unknown): InboundFact[] {
  return parseInboundCall({ event, instance: 'a', data, date_time: '2026-11-20T12:00:00.000Z' });
}

function upsert(message: unknown, more: object = {}): InboundFact | undefined {
  return parse('messages.upsert', { key: { id: 'A', remoteJid: '1@s.whatsapp.net' }, message, ...more })[0];
}

/** The calls of a recording: one, a list of them, or the deliveries a listener got. */
function factsOf(name: string): InboundFact[] {
  const recording = readRecording(`contract/${name}`) as { deliveries?: unknown[] } | unknown[];
  const calls = Array.isArray(recording) ? recording : (recording.deliveries ?? [recording]);
  return calls
    .map((call) => (call as { body?: unknown }).body)
    .filter((body) => body !== undefined)
    .flatMap(parseInboundCall);
}

function labelOf(fact: InboundFact): string {
  switch (fact.kind) {
    case 'connection':
      return `connection ${fact.state} ${fact.statusReason}`;
    case 'message_received':
    case 'own_message':
    case 'echo':
      return `${fact.kind} ${fact.messageType}${fact.isMedia ? ' media' : ''}`;
    case 'status':
      return `status ${fact.status}`;
    case 'unknown':
      return `unknown ${fact.reason}`;
    case 'connection_lost':
      return `connection_lost ${fact.reasonCode}`;
    default:
      return fact.kind;
  }
}

function counted(labels: string[]): string[] {
  const runs: { label: string; times: number }[] = [];
  for (const label of labels) {
    const last = runs.at(-1);
    if (last?.label === label) last.times += 1;
    else runs.push({ label, times: 1 });
  }
  return runs.map(({ label, times }) => (times === 1 ? label : `${label} x${times}`));
}

function wellFormed(facts: InboundFact[]): void {
  for (const fact of facts) expect(typeof fact.kind).toBe('string');
}

// Written out as text, so that a key such as __proto__ becomes an own field, as it does in a request.
function objectText(entries: [string, unknown][]): string {
  return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${JSON.stringify(held) ?? 'null'}`).join(',')}}`;
}
