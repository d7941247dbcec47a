import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { echoContentOf } from '../../../src/evolution/echo-content.ts';
import { type Agreement, agreementOf } from '../../../src/evolution/fingerprint-form.ts';
import type { Outbound } from '../../../src/evolution/outbound.ts';
import { fingerprintOf } from '../../../src/modules/messages/drafts/fingerprint.ts';
import { readCapture } from '../../evolution/captures.ts';

type Json = Record<string, unknown>;

/** What was recorded of a send, compared with what we would have sent. */
function agreementWith(outbound: Outbound, capture: string): Agreement {
  return agree(outbound, readCapture(`contract/${capture}`).response.body as Json);
}

function agree(outbound: Outbound, record: Json): Agreement {
  const ours = fingerprintOf(outbound);
  const theirs = echoContentOf(record);
  if (ours === null || theirs === null) throw new Error('says nothing');
  return agreementOf(ours, theirs.fingerprint);
}

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const card = { fullName: 'A B', phoneNumber: '5511777777777' };
const buttons: Outbound = {
  kind: 'buttons',
  title: 't',
  description: 'd',
  footer: 'f',
  buttons: [{ type: 'reply', text: 'Yes', id: '1' }],
};
const list: Outbound = {
  kind: 'list',
  title: 't',
  description: 'd',
  footer: 'f',
  buttonText: 'b',
  sections: [{ title: 's', rows: [{ id: '1', title: 'r', description: 'd' }] }],
};
const location: Outbound = { kind: 'location', latitude: -23.5, longitude: -46.6, name: 'P', address: 'A' };
const linked = (kind: 'image' | 'video' | 'audio', caption?: string): Outbound => ({
  kind,
  media: `http://127.0.0.1:9097/download/x.${{ image: 'png', video: 'mp4', audio: 'mp3' }[kind]}`,
  ...(caption === undefined ? {} : { caption }),
});

describe('recorded echoes say what was sent', () => {
  const recorded: [string, Outbound, Agreement][] = [
    ['200-sendText-evo', { kind: 'text', text: 'hello' }, 'whole'],
    ['450-biz-sendText', { kind: 'text', text: 'hello biz' }, 'whole'],
    ['610-WA-sendText', { kind: 'text', text: 'hello via baileys' }, 'whole'],
    ['230-sendMedia-url', linked('image', 'c'), 'partly'],
    ['231-sendMedia-base64', { kind: 'image', media: png, caption: 'c' }, 'partly'],
    ['238-sendMedia-doc-base64', { kind: 'document', media: png, fileName: 'a.pdf' }, 'partly'],
    ['240-sendMedia-video-url', linked('video'), 'partly'],
    ['241-sendMedia-audio', linked('audio'), 'whole'],
    ['245-sendWhatsAppAudio-multipart', { kind: 'voice', media: png }, 'partly'],
    ['260-sendButtons-evo', buttons, 'whole'],
    ['453-biz-sendMedia-url', { kind: 'image', media: 'http://127.0.0.1:9097/download/x.jpg', caption: 'c' }, 'whole'],
    ['454-biz-sendMedia-base64', { kind: 'image', media: png, fileName: 'a.png' }, 'whole'],
    ['455-biz-sendAudio-url', { kind: 'voice', media: 'http://127.0.0.1:9097/download/x.mp3' }, 'whole'],
    ['456-biz-sendLocation', location, 'whole'],
    ['457-biz-sendContact', { kind: 'contact', contacts: [{ ...card, phoneNumber: '5511888888888' }] }, 'whole'],
    [
      '458-biz-sendReaction',
      {
        kind: 'reaction',
        target: { id: 'wamid.X', remoteJid: '5511999999999@s.whatsapp.net', fromMe: false },
        emoji: '👍',
      },
      'whole',
    ],
    ['459-biz-sendButtons', buttons, 'whole'],
    ['460-biz-sendList', list, 'whole'],
    ['461-biz-sendTemplate', { kind: 'template', name: 'hello_world', language: 'en_US', components: [] }, 'partly'],
    ['619-WA-sendLocation', location, 'whole'],
    ['620-WA-sendContact', { kind: 'contact', contacts: [card] }, 'whole'],
    [
      '621-WA-sendReaction',
      {
        kind: 'reaction',
        target: { id: '3EB0198A6CA060A81A1F7B', remoteJid: '5511888888888@s.whatsapp.net', fromMe: true },
        emoji: '👍',
      },
      'whole',
    ],
    ['622-WA-sendPoll', { kind: 'poll', question: 'q', options: ['a', 'b'], selectableCount: 1 }, 'whole'],
    ['624-WA-sendButtons', buttons, 'whole'],
    ['625-WA-sendStatus', { kind: 'status', type: 'text', content: 'hi' }, 'whole'],
    // The server made a JPEG of it, so that the bytes are others.
    ['627-WA-sendMedia-base64-noupload', { kind: 'image', media: png }, 'partly'],
  ];

  test.each(recorded)('%s', (capture, outbound, agreement) => {
    expect(agreementWith(outbound, capture)).toBe(agreement);
  });

  test('and nothing of what was not sent', () => {
    const kinds = recorded.map(([, outbound]) => outbound);
    for (const [capture, sent] of recorded) {
      const others = kinds.filter((outbound) => fingerprintOf(outbound) !== fingerprintOf(sent));
      const whole = others.filter((outbound) => agreementWith(outbound, capture) === 'whole');
      expect(whole, capture).toEqual([]);
    }
  });
});

const text = fc.string({ unit: 'binary', maxLength: 40 });
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((each) => !each.includes('\n'));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 });

describe('an echo agrees with its message alone', () => {
  test('a text is compared verbatim', () => {
    fc.assert(
      fc.property(text, text, (sent, echoed) => {
        const expected = sent.toWellFormed() === echoed.toWellFormed() ? 'whole' : 'none';
        for (const message of [{ conversation: echoed }, { extendedTextMessage: { text: echoed } }]) {
          expect(agree({ kind: 'text', text: sent }, { message })).toBe(expected);
        }
      }),
    );
  });

  test('a caption and the bytes of a document or video both count', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('document', 'video'),
        bytes,
        bytes,
        name,
        name,
        (kind, sent, other, said, otherSaid) => {
          const outbound: Outbound = { kind, media: Buffer.from(sent).toString('base64'), caption: said };
          const record = (content: Uint8Array, caption: string) => ({
            message: { [`${kind}Message`]: { caption, fileSha256: bytesObject(content) } },
          });
          expect(agree(outbound, record(sent, said))).toBe('whole');
          if (said !== otherSaid) expect(agree(outbound, record(sent, otherSaid))).toBe('none');
          if (!Buffer.from(sent).equals(Buffer.from(other))) expect(agree(outbound, record(other, said))).toBe('none');
        },
      ),
    );
  });

  test('polls, contacts and places differ in every field', () => {
    const poll = fc.record({
      question: name,
      options: fc.uniqueArray(name, { minLength: 2, maxLength: 4 }),
      selectableCount: fc.integer({ min: 0, max: 4 }),
    });
    fc.assert(
      fc.property(poll, poll, (sent, other) => {
        const record = (of: typeof sent) => ({
          message: {
            pollCreationMessage: {
              name: of.question,
              selectableOptionsCount: of.selectableCount,
              options: of.options.map((optionName) => ({ optionName })),
            },
          },
        });
        expect(agree({ kind: 'poll', ...sent }, record(sent))).toBe('whole');
        if (JSON.stringify(sent) !== JSON.stringify(other))
          expect(agree({ kind: 'poll', ...sent }, record(other))).toBe('none');
      }),
    );
  });

  test('reading an echo never throws, whatever a server writes', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 5, key: fc.constantFrom(...fieldNames) }), (record) => {
        expect(() => echoContentOf(record as Json)).not.toThrow();
      }),
    );
  });
});

const fieldNames = [
  'message',
  'messageType',
  'conversation',
  'imageMessage',
  'fileSha256',
  'caption',
  'contacts',
  'contactMessage',
  'vcard',
  'pollCreationMessageV3',
  'options',
  'interactiveMessage',
  'nativeFlowMessage',
  'buttons',
  'buttonParamsJson',
  'viewOnceMessage',
  'reactionMessage',
  'key',
  'listMessage',
  'sections',
  'rows',
];

function bytesObject(content: Uint8Array): Record<string, number> {
  const digest = hash('sha256', content, 'buffer');
  return Object.fromEntries(Array.from(digest, (byte, index) => [String(index), byte]));
}
