/**
 * The wire of an Evolution API 2.x server, as recorded from version 2.3.6: the one contract of the client and the sandbox.
 * Bodies we send are exact; what a server answers or calls may carry more than is named here.
 */
export {
  DeletedAnswer,
  MarkedReadAnswer,
  NumberChecks,
  PresenceAnswer,
  PresenceState,
  UpdatedAnswer,
} from './wire-actions.ts';
export { createSchema, settingsSchema, webhookSchema } from './wire-bodies.ts';
export { chatSchemas } from './wire-chat-schemas.ts';
export { type WireSchema, wireComplaints } from './wire-check.ts';
export { groupSchemas } from './wire-group-schemas.ts';
export {
  AcceptedAnswer,
  ConnectAnswer,
  ConnectFailure,
  ConnectionStateAnswer,
  CreateInstanceAnswer,
  CreateInstanceBody,
  ErrorBody,
  InstanceRow,
  InstanceState,
  Integration,
  QrCode,
  RootAnswer,
  SetSettingsAnswer,
  SetSettingsBody,
  SetWebhookBody,
  VerifyCredentialsAnswer,
  WebhookConfig,
  WebhookRow,
} from './wire-instances.ts';
export { isBase64, isUrl } from './wire-media.ts';
export {
  ConnectionUpdateData,
  LogoutInstanceData,
  MessageRecord,
  MessagesUpdateData,
  NumberLookup,
  QrCodeLimitData,
  QrCodeUpdatedData,
  StatusInstanceData,
  WebhookEnvelope,
} from './wire-messages.ts';
export { privacyChoices } from './wire-reads.ts';
export { sendSchemas } from './wire-send-schemas.ts';
export { MediaType, SEND_BODIES, type SendAction, SendMediaBody, SendTextBody } from './wire-sends.ts';
export { EVOLUTION_EVENTS, EVOLUTION_MESSAGES } from './wire-words.ts';
