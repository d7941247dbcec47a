import { type Static, Type } from 'typebox';
import { aliasLengthMax, aliasPattern } from './naming/alias.ts';
import type { PhoneNumber } from './phone-number.ts';

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const exact = { additionalProperties: false } as const;

const DisplayName = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\u0000-\\u001F\\u007F-\\u009F]+$',
  examples: ['Customer Service'],
});
const Alias = Type.String({
  minLength: 1,
  maxLength: aliasLengthMax,
  pattern: aliasPattern,
  description: 'A name of your own, unique among your numbers.',
  examples: ['support-line'],
});
const WebhookUrl = Type.String({ minLength: 1, maxLength: 2048, examples: ['https://yourapp.com/webhook'] });

const paceFields = {
  send_interval_ms: Type.Integer({
    minimum: 0,
    maximum: 3_600_000,
    description: 'Milliseconds from one send to the next, at least.',
    examples: [3000],
  }),
  send_jitter_ms: Type.Integer({
    minimum: 0,
    maximum: 3_600_000,
    description: 'Up to so many milliseconds more, by chance.',
    examples: [2000],
  }),
  daily_cap: Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Sends on one day (UTC), at most.' }),
};

const PairingNumber = Type.String({
  pattern: '^[1-9][0-9]{7,14}$',
  description: 'The number of the phone, 8-15 digits with its country code: makes a pairing code beside the QR code.',
  examples: ['5511988887777'],
});

export const ConnectBody = Type.Object(
  { pairing_number: Type.Optional(PairingNumber) },
  { ...exact, examples: [{ pairing_number: '5511988887777' }] },
);

export const CreateBody = Type.Object(
  {
    display_name: Type.Optional(nullable(DisplayName)),
    alias: Type.Optional(nullable(Alias)),
    webhook_url: Type.Optional(nullable(WebhookUrl)),
    pairing_number: Type.Optional(PairingNumber),
    integration: Type.Optional(
      Type.Union([Type.Literal('WHATSAPP-BAILEYS'), Type.Literal('EVOLUTION'), Type.Literal('WHATSAPP-BUSINESS')], {
        description:
          'Operators only: EVOLUTION makes a line without a phone, WHATSAPP-BUSINESS one of the official Cloud API.',
      }),
    ),
    number: Type.Optional(
      Type.String({
        pattern: '^[0-9]{8,20}$',
        description:
          'Operators only. With integration EVOLUTION: its number; with WHATSAPP-BUSINESS: the phone number id that Meta gave it.',
      }),
    ),
    business_id: Type.Optional(
      Type.String({
        pattern: '^[0-9]{5,30}$',
        description: 'Operators only, with WHATSAPP-BUSINESS: the id of the account.',
      }),
    ),
    access_token: Type.Optional(
      Type.String({
        pattern: '^[\\x21-\\x7E]{20,1000}$',
        description:
          'Operators only, with WHATSAPP-BUSINESS: the access token of Meta. Handed to the backend, not kept.',
      }),
    ),
  },
  { ...exact, examples: [{ display_name: 'Customer Service' }] },
);
export type CreateBody = Static<typeof CreateBody>;

export const ChangeBody = Type.Object(
  {
    display_name: Type.Optional(nullable(DisplayName)),
    alias: Type.Optional(nullable(Alias)),
    webhook_url: Type.Optional(nullable(WebhookUrl)),
    send_interval_ms: Type.Optional(nullable(paceFields.send_interval_ms)),
    send_jitter_ms: Type.Optional(nullable(paceFields.send_jitter_ms)),
    daily_cap: Type.Optional(nullable(paceFields.daily_cap)),
  },
  { ...exact, minProperties: 1, examples: [{ display_name: 'Support', alias: 'support-line' }] },
);

export const RotateBody = Type.Object(
  {
    overlap_hours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 168,
        default: 24,
        description: 'Hours the former token still works; 0 ends it at once.',
      }),
    ),
  },
  { ...exact, examples: [{ overlap_hours: 24 }] },
);

export const IdParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });

const NumberStatus = Type.Union([
  Type.Literal('initializing'),
  Type.Literal('qr_ready'),
  Type.Literal('connected'),
  Type.Literal('disconnected'),
  Type.Literal('error'),
]);

export const ListQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
    cursor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: '`next_cursor` of the page before.' }),
    ),
    status: Type.Optional(NumberStatus),
    search: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        pattern: '^[^\\u0000]+$',
        description: 'A part of the display name, the alias, the instance name or the number itself.',
      }),
    ),
  },
  exact,
);

export const PhoneNumberView = Type.Object({
  id: Type.Integer(),
  instance_name: Type.String({ examples: ['user_1_1704067200000_a1b2c3d4'] }),
  alias: nullable(Type.String()),
  token: Type.String({ description: 'In clear where it is made or was presented; elsewhere a hint.' }),
  display_name: nullable(Type.String()),
  phone_number: nullable(Type.String({ description: 'Its own number, once connected.' })),
  profile_name: nullable(Type.String()),
  status: NumberStatus,
  status_reason: nullable(Type.String()),
  webhook_url: nullable(Type.String()),
  send_interval_ms: nullable(paceFields.send_interval_ms),
  send_jitter_ms: nullable(paceFields.send_jitter_ms),
  daily_cap: nullable(paceFields.daily_cap),
  qr_code: nullable(Type.String({ description: 'PNG data URL; null when there is nothing to scan.' })),
  qr_expires_at: nullable(Type.String({ format: 'date-time' })),
  pairing_code: nullable(
    Type.String({ description: 'To be typed on the phone instead of scanning; null unless one was asked for.' }),
  ),
  connected_at: nullable(Type.String({ format: 'date-time' })),
  rests_until: nullable(
    Type.String({
      format: 'date-time',
      description: 'It lost its connection too often; until then nobody but you reconnects it.',
    }),
  ),
  paused_at: nullable(
    Type.String({ format: 'date-time', description: 'Since when it may not send; null where it may.' }),
  ),
  created_at: Type.String({ format: 'date-time' }),
  sandbox: Type.Boolean({ description: 'True on a simulated backend: nothing reaches WhatsApp.' }),
});

export const OneNumber = Type.Object({
  success: Type.Literal(true),
  phone_number: PhoneNumberView,
  warning: Type.Optional(Type.String()),
});
export const RotatedNumber = Type.Object({
  success: Type.Literal(true),
  phone_number: PhoneNumberView,
  former_tokens_expire_at: Type.String({
    format: 'date-time',
    description: 'When the last of the former tokens ends; the present time with overlap_hours 0.',
  }),
});
export const Recreated = Type.Object({
  success: Type.Literal(true),
  outcome: Type.Union([Type.Literal('recreated'), Type.Literal('recreating')], {
    description: '`recreating`: the former one is not gone yet; it goes on by itself.',
  }),
  phone_number: PhoneNumberView,
});
export const ManyNumbers = Type.Object({
  success: Type.Literal(true),
  phone_numbers: Type.Array(PhoneNumberView),
  next_cursor: nullable(Type.String()),
});
export const QrAnswer = Type.Object({
  success: Type.Literal(true),
  id: Type.Integer(),
  status: NumberStatus,
  qr_code: PhoneNumberView.properties.qr_code,
  pairing_code: PhoneNumberView.properties.pairing_code,
  qr_expires_at: PhoneNumberView.properties.qr_expires_at,
  sandbox: Type.Boolean(),
});
export const StatusAnswer = Type.Object({
  success: Type.Literal(true),
  id: Type.Integer(),
  instance_name: Type.String(),
  status: NumberStatus,
  status_reason: nullable(Type.String()),
  phone_number: nullable(Type.String()),
  connected_at: nullable(Type.String({ format: 'date-time' })),
  sandbox: Type.Boolean(),
});
export const Deleted = Type.Object({ success: Type.Literal(true), message: Type.String() });

/** @param token in clear where this request made or presented it. */
export function viewOf(number: PhoneNumber, token?: string): Static<typeof PhoneNumberView> {
  return {
    id: number.id,
    instance_name: number.instanceName,
    alias: number.alias,
    token: token ?? number.tokenHint,
    display_name: number.displayName,
    phone_number: number.phoneNumber,
    profile_name: number.profileName,
    status: number.status,
    status_reason: number.statusReason,
    webhook_url: number.webhookUrl,
    send_interval_ms: number.pace.sendIntervalMs,
    send_jitter_ms: number.pace.sendJitterMs,
    daily_cap: number.pace.dailyCap,
    qr_code: number.qrCode,
    qr_expires_at: number.qrExpiresAt?.toISOString() ?? null,
    pairing_code: number.pairingCode,
    connected_at: number.connectedAt?.toISOString() ?? null,
    rests_until: number.restsUntil?.toISOString() ?? null,
    paused_at: number.pausedAt?.toISOString() ?? null,
    created_at: number.createdAt.toISOString(),
    sandbox: number.isSandbox,
  };
}
