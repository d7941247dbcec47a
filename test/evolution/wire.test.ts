import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import * as wire from '../../src/evolution/wire.ts';
import { readCapture, readRecording, recordingsIn } from './captures.ts';

describe('recorded answers have the shapes of the wire', () => {
  test.each<[TSchema, string]>([
    [wire.RootAnswer, '001-get-root'],
    [wire.VerifyCredentialsAnswer, '006-verify-creds'],
    [wire.CreateInstanceAnswer, '018-create-evolution-full'],
    [wire.CreateInstanceAnswer, '060-create-baileys-noqr'],
    [wire.CreateInstanceAnswer, '062-create-baileys-qr'],
    [wire.CreateInstanceAnswer, '600-WA-create-qr'],
    [wire.ConnectionStateAnswer, '040-connectionState-evo'],
    [wire.ConnectionStateAnswer, '502-shared-other-client-state'],
    [wire.ConnectAnswer, '047-connect-evo'],
    [wire.ConnectAnswer, '064-connect-baileys-connecting'],
    [wire.ConnectAnswer, '484-connect-after-logout-evo'],
    [wire.ConnectAnswer, '602-WA-connect-while-qr'],
    [wire.QrCode, '648-WA-connect-pairing-code'],
    [wire.ConnectFailure, '067-restart-baileys'],
    [wire.AcceptedAnswer, '074-delete-baileys'],
    [wire.AcceptedAnswer, '650-WA-logout-while-connecting'],
    [wire.WebhookRow, '100-webhook-set'],
    [wire.WebhookRow, '101-webhook-find'],
    [wire.SetSettingsAnswer, '114-settings-set'],
    [wire.MessageRecord, '200-sendText-evo'],
    [wire.MessageRecord, '450-biz-sendText'],
    [wire.MessageRecord, '610-WA-sendText'],
    [wire.ErrorBody, '041-connectionState-unknown'],
    [wire.ErrorBody, '202-sendText-missing-text'],
    [wire.ErrorBody, '068-sendText-baileys-notconnected'],
  ])('%#: %s', (schema, name) => {
    expect(Value.Check(schema, readCapture(`contract/${name}`).response.body)).toBe(true);
  });

  test.each(['050-fetchInstances-byname', '606-WA-fetch-open', '645-WA-fetch-after-device-removed'])(
    'rows of %s',
    (name) => {
      for (const row of readCapture(`contract/${name}`).response.body as unknown[]) {
        expect(Value.Check(wire.InstanceRow, row)).toBe(true);
      }
    },
  );

  test('an entry of the answer for a number that is not on WhatsApp', () => {
    const body = readCapture('contract/612-WA-sendText-not-on-whatsapp').response.body as {
      response: { message: unknown[] };
    };
    expect(Value.Check(wire.NumberLookup, body.response.message[0])).toBe(true);
  });

  test('the Graph error that comes with 201 is no answer of a send', () => {
    expect(Value.Check(wire.MessageRecord, readCapture('contract/452-biz-sendText-graph-error').response.body)).toBe(
      false,
    );
  });
});

describe('recorded bodies have the shapes of the wire', () => {
  test.each<[TSchema, string]>([
    [wire.CreateInstanceBody, '018-create-evolution-full'],
    [wire.CreateInstanceBody, '600-WA-create-qr'],
    [wire.SendTextBody, '200-sendText-evo'],
    [wire.SendTextBody, '208-sendText-delay'],
    [wire.SendMediaBody, '230-sendMedia-url'],
    [wire.SendMediaBody, '238-sendMedia-doc-base64'],
    [wire.SetWebhookBody, '100-webhook-set'],
    [wire.SetSettingsBody, '114-settings-set'],
  ])('%#: %s', (schema, name) => {
    expect(Value.Check(schema, readCapture(`contract/${name}`).request.body)).toBe(true);
  });

  test.each<[TSchema, string]>([
    [wire.SendTextBody, '202-sendText-missing-text'],
    [wire.SendTextBody, '205-sendText-number-int'],
    [wire.SendTextBody, '209-sendText-delay-string'],
    [wire.SendTextBody, '218-sendText-extra-fields'],
    [wire.SendMediaBody, '235-sendMedia-bad-type'],
    [wire.SetWebhookBody, '103-webhook-set-no-events'],
    [wire.SetWebhookBody, '105-webhook-set-bad-event'],
    [wire.CreateInstanceBody, '022-create-webhook-no-events'],
  ])('%#: %s is none we may send', (schema, name) => {
    expect(Value.Check(schema, readCapture(`contract/${name}`).request.body)).toBe(false);
  });
});

test('the data sent in place of a QR once the server shows no more', () => {
  const { body } = readRecording('contract/derived/d02-qrcode.updated-limit') as { body: { data: unknown } };
  expect(Value.Check(wire.QrCodeLimitData, body.data)).toBe(true);
});

describe('recorded webhook calls have the shapes of the wire', () => {
  const SCHEMAS: Record<string, TSchema> = {
    'connection.update': wire.ConnectionUpdateData,
    'status.instance': wire.StatusInstanceData,
    'logout.instance': wire.LogoutInstanceData,
    'messages.upsert': wire.MessageRecord,
    'messages.update': wire.MessagesUpdateData,
    'send.message': wire.MessageRecord,
    'qrcode.updated': wire.QrCodeUpdatedData,
  };
  const calls = recordingsIn('contract/hooks').flatMap((name) => {
    const { deliveries = [] } = readRecording(`contract/hooks/${name}`) as {
      deliveries?: { body: { event: string } }[];
    };
    return deliveries.map(({ body }, index) => ({
      title: `${name} ${index}`,
      body: body as { event: string; data: unknown },
    }));
  });

  test.each(calls.filter(({ body }) => body.event !== 'error'))('$title', ({ body }) => {
    expect(Value.Check(wire.WebhookEnvelope, body)).toBe(true);
    const schema = SCHEMAS[body.event];
    if (schema !== undefined) expect(Value.Check(schema, body.data)).toBe(true);
  });

  test('each shape was met', () => {
    const met = new Set(calls.map(({ body }) => body.event));
    expect(Object.keys(SCHEMAS).filter((event) => !met.has(event))).toEqual([]);
  });
});

test('the events are the ones the server itself lists when it refuses another name', () => {
  const body = readCapture('contract/105-webhook-set-bad-event').response.body as { response: { message: string[][] } };
  expect(body.response.message[0]?.[0]?.split('enum values: ')[1]?.split(',')).toEqual([...wire.EVOLUTION_EVENTS]);
});
