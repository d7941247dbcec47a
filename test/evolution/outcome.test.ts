import { describe, expect, test } from 'vitest';
import { messageOf } from '../../src/evolution/error-body.ts';
import { callFailure, UNWRITTEN_ERRORS } from '../../src/evolution/failure.ts';
import { NOT_SENT_RULES } from '../../src/evolution/not-sent-rules.ts';
import type { OutboundKind } from '../../src/evolution/outbound.ts';
import { outcomeOfAnswer, outcomeOfFailure, type SendOutcome } from '../../src/evolution/outcome.ts';
import { readCapture, readRecording, recordingsIn } from './captures.ts';

/** Every recorded answer of a send, and what it says about the message. */
const EXPECTED: Record<string, string[]> = {
  sent: [
    '059-SECURITY-query-override-send',
    '200-sendText-evo',
    '201-sendText-evo-instancetoken',
    '203-sendText-empty-text',
    '206-sendText-number-garbage',
    '208-sendText-delay',
    '210-sendText-delay-negative',
    '211-sendText-quoted',
    '218-sendText-extra-fields',
    '219-sendText-64k',
    '222-sendText-formurlencoded',
    '230-sendMedia-url',
    '231-sendMedia-base64',
    '238-sendMedia-doc-base64',
    '239-sendMedia-doc-url-noname',
    '240-sendMedia-video-url',
    '241-sendMedia-audio',
    '242-sendMedia-multipart',
    '245-sendWhatsAppAudio-multipart',
    '260-sendButtons-evo',
    '261-sendButtons-missing',
    '400-sendText-webhook-byev',
    '401-sendText-webhook-jwt',
    '402-sendText-webhook-retry',
    '403-sendText-webhook-r400',
    '404-sendText-webhook-r429',
    '405-sendText-webhook-reset',
    '406-sendText-webhook-slow',
    '407-sendText-webhook-down',
    '410-sendMedia-byev-base64',
    '450-biz-sendText',
    '451-biz-sendText-token',
    '453-biz-sendMedia-url',
    '454-biz-sendMedia-base64',
    '455-biz-sendAudio-url',
    '456-biz-sendLocation',
    '457-biz-sendContact',
    '458-biz-sendReaction',
    '459-biz-sendButtons',
    '460-biz-sendList',
    '461-biz-sendTemplate',
    '482-sendText-after-logout-evo',
    '501-shared-same-client-send-on-C',
    '610-WA-sendText',
    '611-WA-sendText-again',
    '614-WA-sendText-delay',
    '615-WA-sendText-quoted',
    '616-WA-sendText-BR-9',
    '617-WA-sendText-jid',
    '619-WA-sendLocation',
    '620-WA-sendContact',
    '621-WA-sendReaction',
    '622-WA-sendPoll',
    '624-WA-sendButtons',
    '625-WA-sendStatus',
    '627-WA-sendMedia-base64-noupload',
    '638-WA-sendText-for-edit',
  ],
  number_not_connected: [
    '068-sendText-baileys-notconnected',
    '072-sendText-baileys-close',
    '646-WA-sendText-after-device-removed',
    '647-WA-sendText-after-device-removed-uncached',
    '503-shared-other-client-send',
    '511-shared-same-client-postcreated-send',
  ],
  backend_refused: [
    '202-sendText-missing-text',
    '204-sendText-missing-number',
    '205-sendText-number-int',
    '207-sendText-v1-textMessage',
    '209-sendText-delay-string',
    '213-sendText-mentioned-bad',
    '220-sendText-emptybody',
    '221-sendText-nobody',
    '234-sendMedia-missing-type',
    '235-sendMedia-bad-type',
    '250-sendLocation-missing',
    '252-sendContact-missing',
    '255-sendReaction-missing',
    '257-sendPoll-one-value',
    '259-sendList-missing',
    '263-sendStatus-missing',
    '495-huge-body',
    '618-WA-sendText-empty',
    '212-sendText-quoted-nokey',
    '232-sendMedia-datauri',
    '233-sendMedia-missing-media',
    '236-sendMedia-localhost-url',
    '237-sendMedia-doc-base64-noname',
    '243-sendMedia-multipart-wrongfield',
    '244-sendWhatsAppAudio-url',
    '246-sendWhatsAppAudio-missing',
    '247-sendSticker-evo',
    '248-sendSticker-missing',
    '249-sendLocation-evo',
    '251-sendContact-evo',
    '253-sendReaction-evo',
    '254-sendReaction-notemoji',
    '256-sendPoll-evo',
    '258-sendList-evo',
    '262-sendStatus-evo',
    '264-sendTemplate-evo',
    '265-sendPtv-evo',
    '462-biz-sendSticker',
    '463-biz-sendPoll',
    '464-biz-sendStatus',
    '623-WA-sendList',
    '626-WA-sendMedia-url-unreachable',
  ],
  unlisted_answer: [
    '225-sendText-GET',
    '452-biz-sendText-graph-error',
    '519-shared-send-on-B-after-foreign-delete',
    '604-WA-sendText-while-qr',
    '613-WA-sendText-garbage-number',
  ],
  number_missing_on_backend: ['214-sendText-unknown-instance', '538-sendText-token-of-deleted'],
  backend_unauthorized: [
    '215-sendText-badkey',
    '216-sendText-nokey',
    '217-sendText-othertoken',
    '223-sendText-apikey-query',
    '224-sendText-bearer',
  ],
  recipient_not_on_whatsapp: ['612-WA-sendText-not-on-whatsapp'],
};

const SENDS = recordingsIn('contract').filter((name) =>
  readCapture(`contract/${name}`).request.path.includes('/message/send'),
);

describe('every recorded answer of a send', () => {
  test('is listed here exactly once', () => {
    expect(Object.values(EXPECTED).flat().sort()).toEqual(SENDS);
  });

  for (const [expected, names] of Object.entries(EXPECTED)) {
    test.each(names)(`%s is ${expected}`, (name) => {
      const { status, body } = readCapture(`contract/${name}`).response;
      expect(labelOf(outcomeOfAnswer(status, body, [], kindOf(name)))).toBe(expected);
    });
  }

  test('a sent message has the id and the address WhatsApp knows it by, not the number asked for', () => {
    const { response } = readCapture('contract/616-WA-sendText-BR-9');
    expect(outcomeOfAnswer(response.status, response.body)).toEqual({
      kind: 'sent',
      whatsappId: '3EB03AEF41E243996928C2',
      remoteJid: '553188887777@s.whatsapp.net',
      status: 'PENDING',
      answer: response.body,
    });
  });

  test('an error after the message may have left is unknown, although its status is 400', () => {
    const { response } = readCapture('contract/519-shared-send-on-B-after-foreign-delete');
    expect(outcomeOfAnswer(response.status, response.body)).toEqual({
      kind: 'unknown',
      reason: 'unlisted_answer',
      detail: 'PrismaClientKnownRequestError:',
      httpStatus: 400,
    });
  });
});

describe('the allow-list of refusals', () => {
  test.each(NOT_SENT_RULES)('$evidence shows: $detail', (rule) => {
    const { status, body } = readCapture(rule.evidence).response;
    expect(rule.matches(status, messageOf(body))).toBe(true);
    expect(outcomeOfAnswer(status, body, [], rule.kind)).toEqual({
      kind: 'not_sent',
      code: rule.code,
      detail: rule.detail,
      evidence: rule.evidence,
    });
  });

  test.each(NOT_SENT_RULES)('$evidence is matched by one rule alone, and not under another status', (rule) => {
    const { status, body } = readCapture(rule.evidence).response;
    expect(NOT_SENT_RULES.filter((each) => each.matches(status, messageOf(body)))).toEqual([rule]);
    for (const other of [400, 401, 403, 404, 409, 413, 429, 500, 502, 503].filter((each) => each !== status)) {
      expect(rule.matches(other, messageOf(body))).toBe(false);
    }
  });

  test.each([
    ['"Connection Closed" in an array', 500, ['Connection Closed']],
    ['"Connection Closed" from inside the sending', 400, ['Error: Connection Closed']],
    ['a recipient that exists', 400, [{ jid: '1@s.whatsapp.net', exists: true, number: '1' }]],
    [
      'several recipients',
      400,
      [
        { jid: '1', exists: false },
        { jid: '2', exists: true },
      ],
    ],
    ['a plain text for a 400', 400, ['Something else']],
    ['an empty list of schema errors', 400, [[]]],
    ['a route that is not there', 404, ['Cannot POST /message/sendText/x']],
    ['the failure of a list under a text', 400, ['TypeError: this.isZero is not a function']],
    ['a failed preparation that is not alone', 500, ['Error: a', 'Error: b']],
    ['a failed preparation with the status of a failed sending', 400, ['Error: connect ECONNREFUSED 127.0.0.1:1']],
    ['a missing method of something else', 500, 'this.client.sendMessage is not a function'],
    ['a missing object that is not the number', 500, "Cannot read properties of undefined (reading 'id')"],
    ['another 401', 401, ['Unauthorized']],
    ['another 413', 413, 'too big'],
    ['no message at all', 500, undefined],
  ])('%s is unknown', (_what, status, message) => {
    expect(outcomeOfAnswer(status, { status, error: 'x', response: { message } }).kind).toBe('unknown');
  });

  test.each([null, [], 'sent', 7, {}, { key: null }, { key: [] }, { key: { id: 7 } }, { key: { id: '' } }])(
    'a success without a message id is unknown: %j',
    (body) => {
      expect(outcomeOfAnswer(201, body)).toMatchObject({ kind: 'unknown', reason: 'unlisted_answer', httpStatus: 201 });
    },
  );
});

describe('a call without a whole answer', () => {
  test.each(Object.entries(UNWRITTEN_ERRORS))('%s was raised before anything was written', (code, evidence) => {
    const { error } = readRecording(evidence) as { error: Record<string, string> };
    const failure = callFailure(Object.assign(new Error(error.message), error));
    expect(failure).toEqual({ kind: 'unwritten', code });
    expect(outcomeOfFailure(failure)).toEqual({
      kind: 'not_sent',
      code: 'backend_unreachable',
      detail: code,
      evidence,
    });
  });

  test.each([
    'UND_ERR_SOCKET',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'UND_ERR_ABORTED',
    'UND_ERR_DESTROYED',
  ])('%s may come after the request was written', (code) => {
    const failure = callFailure(Object.assign(new Error('x'), { code }));
    expect(outcomeOfFailure(failure)).toEqual({ kind: 'unknown', reason: 'connection_lost', detail: code });
  });

  test('a host refused on all its addresses was not written to; refused on one and reset on another may have been', () => {
    const refused = Object.assign(new Error('a'), { code: 'ECONNREFUSED', syscall: 'connect' });
    const missing = Object.assign(new Error('b'), { code: 'EADDRNOTAVAIL', syscall: 'connect' });
    const reset = Object.assign(new Error('c'), { code: 'ECONNRESET', syscall: 'read' });
    expect(callFailure(new AggregateError([missing, refused])).kind).toBe('unwritten');
    expect(callFailure(new AggregateError([reset, refused])).kind).toBe('lost');
    expect(callFailure(new AggregateError([])).kind).toBe('lost');
  });

  test('a passed deadline is a timeout', () => {
    expect(outcomeOfFailure(callFailure(new DOMException('x', 'TimeoutError')), 201)).toEqual({
      kind: 'unknown',
      reason: 'timeout',
      detail: 'deadline',
      httpStatus: 201,
    });
  });

  test.each([null, undefined, 'text', 7, {}, { code: 7 }])('anything may be thrown: %j', (thrown) => {
    expect(callFailure(thrown)).toMatchObject({ kind: 'lost' });
  });
});

// Of all recordings only the one of a list needs its kind to be understood.
function kindOf(name: string): OutboundKind {
  return name.includes('sendList') ? 'list' : 'text';
}

function labelOf(outcome: SendOutcome): string {
  if (outcome.kind === 'sent') return 'sent';
  return outcome.kind === 'not_sent' ? outcome.code : outcome.reason;
}
