import { type Static, Type } from 'typebox';
import { EVOLUTION_EVENTS } from './wire-words.ts';

/** Instances, their webhook and their settings on the wire of an Evolution API 2.x server. */

const exact = { additionalProperties: false } as const;
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const Integration = Type.Union([
  Type.Literal('WHATSAPP-BAILEYS'),
  Type.Literal('WHATSAPP-BUSINESS'),
  Type.Literal('EVOLUTION'),
]);
export type Integration = Static<typeof Integration>;

/** What `connectionState` reports; the key is absent when the instance is known to the database but not to this server's memory. */
export const InstanceState = Type.Union([
  Type.Literal('open'),
  Type.Literal('connecting'),
  Type.Literal('close'),
  Type.Literal('refused'),
]);
export type InstanceState = Static<typeof InstanceState>;

/** Error body of almost every route; `message` is a string, an array, or an array in an array (schema errors). */
export const ErrorBody = Type.Object({
  status: Type.Number(),
  error: Type.String(),
  response: Type.Object({ message: Type.Unknown() }),
});
export type ErrorBody = Static<typeof ErrorBody>;

export const RootAnswer = Type.Object({
  status: Type.Number(),
  message: Type.String(),
  version: Type.String(),
  clientName: Type.Optional(Type.String()),
  manager: Type.Optional(Type.String()),
  documentation: Type.Optional(Type.String()),
  whatsappWebVersion: Type.Optional(Type.String()),
});
export type RootAnswer = Static<typeof RootAnswer>;

export const VerifyCredentialsAnswer = Type.Object({ status: Type.Number(), message: Type.String() });
export type VerifyCredentialsAnswer = Static<typeof VerifyCredentialsAnswer>;

const EventName = Type.Enum(EVOLUTION_EVENTS);

/** The webhook a backend calls; on create `enabled` is ignored (always true) and `events` must be present, even empty. */
export const WebhookConfig = Type.Object(
  {
    enabled: Type.Optional(Type.Boolean()),
    url: Type.String(),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    byEvents: Type.Optional(Type.Boolean()),
    base64: Type.Optional(Type.Boolean()),
    events: Type.Array(EventName),
  },
  exact,
);
export type WebhookConfig = Static<typeof WebhookConfig>;

export const SetWebhookBody = Type.Object({ webhook: WebhookConfig }, exact);
export type SetWebhookBody = Static<typeof SetWebhookBody>;

/** The stored webhook, answered by set (201) and find (200, `null` when none was ever set). Headers come back in clear. */
export const WebhookRow = Type.Object({
  id: Type.String(),
  url: Type.String(),
  headers: Type.Optional(nullable(Type.Record(Type.String(), Type.Unknown()))),
  enabled: nullable(Type.Boolean()),
  events: Type.Unknown(),
  webhookByEvents: nullable(Type.Boolean()),
  webhookBase64: nullable(Type.Boolean()),
  createdAt: Type.Optional(Type.String()),
  updatedAt: Type.Optional(Type.String()),
  instanceId: Type.String(),
});
export type WebhookRow = Static<typeof WebhookRow>;

const instanceSettings = {
  rejectCall: Type.Boolean(),
  msgCall: Type.Optional(Type.String()),
  groupsIgnore: Type.Boolean(),
  alwaysOnline: Type.Boolean(),
  readMessages: Type.Boolean(),
  readStatus: Type.Boolean(),
  syncFullHistory: Type.Boolean(),
  wavoipToken: Type.Optional(Type.String()),
};

export const SetSettingsBody = Type.Object(instanceSettings, exact);
export type SetSettingsBody = Static<typeof SetSettingsBody>;

export const SetSettingsAnswer = Type.Object({
  settings: Type.Object({ instanceName: Type.String(), settings: Type.Object(instanceSettings) }),
});
export type SetSettingsAnswer = Static<typeof SetSettingsAnswer>;

export const CreateInstanceBody = Type.Object(
  {
    instanceName: Type.String(),
    integration: Integration,
    token: Type.Optional(Type.String()),
    number: Type.Optional(Type.String()),
    businessId: Type.Optional(Type.String()),
    qrcode: Type.Optional(Type.Boolean()),
    rejectCall: Type.Optional(Type.Boolean()),
    msgCall: Type.Optional(Type.String()),
    groupsIgnore: Type.Optional(Type.Boolean()),
    alwaysOnline: Type.Optional(Type.Boolean()),
    readMessages: Type.Optional(Type.Boolean()),
    readStatus: Type.Optional(Type.Boolean()),
    syncFullHistory: Type.Optional(Type.Boolean()),
    webhook: Type.Optional(WebhookConfig),
  },
  exact,
);
export type CreateInstanceBody = Static<typeof CreateInstanceBody>;

/** The QR as `connect` and create hand it over, bare. Without a socket to WhatsApp it is `{count: 0}`, after a log-out `{}`. */
export const QrCode = Type.Object({
  pairingCode: Type.Optional(nullable(Type.String())),
  code: Type.Optional(Type.String()),
  base64: Type.Optional(Type.String()),
  count: Type.Optional(Type.Number()),
});
export type QrCode = Static<typeof QrCode>;

export const CreateInstanceAnswer = Type.Object({
  instance: Type.Object({
    instanceName: Type.String(),
    instanceId: Type.String(),
    integration: Type.Optional(Type.String()),
    webhookWaBusiness: Type.Optional(nullable(Type.String())),
    accessTokenWaBusiness: Type.Optional(Type.String()),
    status: Type.String(),
  }),
  hash: Type.String(),
  webhook: Type.Object({
    webhookUrl: Type.Optional(Type.String()),
    webhookHeaders: Type.Optional(Type.Unknown()),
    webhookByEvents: Type.Optional(Type.Boolean()),
    webhookBase64: Type.Optional(Type.Boolean()),
  }),
  settings: Type.Optional(Type.Unknown()),
  qrcode: Type.Optional(QrCode),
});
export type CreateInstanceAnswer = Static<typeof CreateInstanceAnswer>;

export const ConnectionStateAnswer = Type.Object({
  instance: Type.Object({ instanceName: Type.String(), state: Type.Optional(InstanceState) }),
});
export type ConnectionStateAnswer = Static<typeof ConnectionStateAnswer>;

/** What `connect` and `restart` answer with status 200 when they failed. */
export const ConnectFailure = Type.Object({ error: Type.Literal(true), message: Type.Optional(Type.String()) });
export type ConnectFailure = Static<typeof ConnectFailure>;

export const ConnectAnswer = Type.Union([ConnectFailure, ConnectionStateAnswer, QrCode]);
export type ConnectAnswer = Static<typeof ConnectAnswer>;

/** One row of `fetchInstances`: the database's view, which may disagree with `connectionState`. */
export const InstanceRow = Type.Object({
  id: Type.String(),
  name: Type.String(),
  connectionStatus: Type.String(),
  ownerJid: Type.Optional(nullable(Type.String())),
  profileName: Type.Optional(nullable(Type.String())),
  profilePicUrl: Type.Optional(nullable(Type.String())),
  integration: Type.Optional(nullable(Type.String())),
  number: Type.Optional(nullable(Type.String())),
  businessId: Type.Optional(nullable(Type.String())),
  token: Type.Optional(nullable(Type.String())),
  clientName: Type.Optional(nullable(Type.String())),
  disconnectionReasonCode: Type.Optional(nullable(Type.Number())),
  disconnectionObject: Type.Optional(Type.Unknown()),
  disconnectionAt: Type.Optional(nullable(Type.String())),
  createdAt: Type.Optional(nullable(Type.String())),
  updatedAt: Type.Optional(nullable(Type.String())),
  _count: Type.Optional(Type.Unknown()),
});
export type InstanceRow = Static<typeof InstanceRow>;

/** Of a row of the whole list, what is looked at: an odd row of somebody else's must not hide the others. */
export const ListedRow = Type.Object({ name: Type.String(), createdAt: Type.Optional(Type.Unknown()) });

/** Log-out and delete: answered before the work is done. */
export const AcceptedAnswer = Type.Object({
  status: Type.Literal('SUCCESS'),
  error: Type.Literal(false),
  response: Type.Object({ message: Type.String() }),
});
export type AcceptedAnswer = Static<typeof AcceptedAnswer>;
