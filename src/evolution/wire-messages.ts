import { type Static, Type } from 'typebox';
import { InstanceState } from './wire-instances.ts';

/** Answers of sends and webhook calls on the wire of an Evolution API 2.x server. */

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const MessageKey = Type.Object({
  id: Type.String(),
  remoteJid: Type.Optional(Type.String()),
  fromMe: Type.Optional(Type.Boolean()),
  participant: Type.Optional(nullable(Type.String())),
  remoteJidAlt: Type.Optional(Type.String()),
  participantAlt: Type.Optional(Type.String()),
  addressingMode: Type.Optional(Type.String()),
});

/** Answer of every send, and the data of `send.message` (the same record) and of `messages.upsert`. */
export const MessageRecord = Type.Object({
  key: MessageKey,
  pushName: Type.Optional(nullable(Type.String())),
  /** Absent on the EVOLUTION integration. */
  status: Type.Optional(nullable(Type.String())),
  message: Type.Optional(Type.Unknown()),
  contextInfo: Type.Optional(Type.Unknown()),
  messageType: Type.Optional(Type.String()),
  messageTimestamp: Type.Optional(Type.Unknown()),
  instanceId: Type.Optional(Type.String()),
  source: Type.Optional(Type.String()),
});
export type MessageRecord = Static<typeof MessageRecord>;

/** Entry of the 400 that says a number is not on WhatsApp. */
export const NumberLookup = Type.Object({ jid: Type.String(), exists: Type.Boolean(), number: Type.String() });
export type NumberLookup = Static<typeof NumberLookup>;

/** Body of every webhook call. `date_time` is the server's local time with a Z behind it; `apikey` is the instance's token. */
export const WebhookEnvelope = Type.Object({
  event: Type.String(),
  instance: Type.String(),
  data: Type.Unknown(),
  destination: Type.Optional(Type.String()),
  date_time: Type.Optional(Type.String()),
  sender: Type.Optional(Type.String()),
  server_url: Type.Optional(Type.String()),
  apikey: Type.Optional(nullable(Type.String())),
});
export type WebhookEnvelope = Static<typeof WebhookEnvelope>;

export const QrCodeUpdatedData = Type.Object({
  qrcode: Type.Object({
    instance: Type.String(),
    pairingCode: nullable(Type.String()),
    code: Type.String(),
    /** A PNG as data URL. */
    base64: Type.String(),
  }),
});
export type QrCodeUpdatedData = Static<typeof QrCodeUpdatedData>;

/** Sent in place of a QR once the server has shown as many as it is set to (30). */
export const QrCodeLimitData = Type.Object({ message: Type.String(), statusCode: Type.Number() });
export type QrCodeLimitData = Static<typeof QrCodeLimitData>;

export const ConnectionUpdateData = Type.Object({
  instance: Type.String(),
  state: InstanceState,
  statusReason: Type.Optional(Type.Number()),
  wuid: Type.Optional(Type.String()),
  profileName: Type.Optional(nullable(Type.String())),
  profilePictureUrl: Type.Optional(nullable(Type.String())),
});
export type ConnectionUpdateData = Static<typeof ConnectionUpdateData>;

export const StatusInstanceData = Type.Object({
  instance: Type.String(),
  status: Type.String(),
  disconnectionAt: Type.Optional(Type.String()),
  disconnectionReasonCode: Type.Optional(Type.Number()),
  /** JSON in a string. */
  disconnectionObject: Type.Optional(Type.String()),
});
export type StatusInstanceData = Static<typeof StatusInstanceData>;

export const LogoutInstanceData = Type.Null();
export type LogoutInstanceData = Static<typeof LogoutInstanceData>;

/** An acknowledgement: the id is flat here, `messageId` is the server's own row. */
export const MessagesUpdateData = Type.Object({
  keyId: Type.String(),
  remoteJid: Type.Optional(Type.String()),
  fromMe: Type.Optional(Type.Boolean()),
  participant: Type.Optional(nullable(Type.String())),
  status: Type.String(),
  instanceId: Type.Optional(Type.String()),
  messageId: Type.Optional(Type.String()),
});
export type MessagesUpdateData = Static<typeof MessagesUpdateData>;
