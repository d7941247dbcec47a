import type { InstanceState, Integration } from '../evolution/wire.ts';

export type Json = Record<string, unknown>;

/** What the simulated database holds of an instance; `fetchInstances` reads it and a restart keeps it. */
export type Row = {
  id: string;
  name: string;
  connectionStatus: string;
  ownerJid: string | null;
  profileName: string | null;
  profilePicUrl: string | null;
  integration: Integration;
  number: string | null;
  businessId: string | null;
  token: string;
  disconnectionReasonCode: number | null;
  disconnectionObject: string | null;
  disconnectionAt: string | null;
  createdAt: string;
  updatedAt: string;
  /** A scanned device whose credentials were not wiped since: it comes back by itself. */
  paired: boolean;
  settings: SettingsRow | null;
  webhook: WebhookRow | null;
  /** What else is switched on, such as `Chatwoot` or `typebot`. */
  foreign?: string[];
  /** Of the phone number, which WhatsApp itself keeps. */
  groups?: Group[];
  privacy?: Record<string, string>;
};

export type Group = {
  id: string;
  subject: string;
  subjectOwner: string;
  subjectTime: number;
  creation: number;
  owner: string;
  desc?: string;
  descId?: string;
  restrict: boolean;
  announce: boolean;
  isCommunity: boolean;
  isCommunityAnnounce: boolean;
  participants: { id: string; admin: 'admin' | 'superadmin' | null }[];
  inviteCode: string;
  ephemeralDuration: number;
};

export type Settings = {
  rejectCall: boolean;
  msgCall?: string;
  groupsIgnore: boolean;
  alwaysOnline: boolean;
  readMessages: boolean;
  readStatus: boolean;
  syncFullHistory: boolean;
  wavoipToken?: string;
};

export type SettingsRow = Settings & { id: string; createdAt: string; updatedAt: string };

export type WebhookRow = {
  id: string;
  url: string;
  headers: Json | null;
  enabled: boolean;
  events: string[];
  webhookByEvents: boolean;
  webhookBase64: boolean;
  createdAt: string;
  updatedAt: string;
  instanceId: string;
};

/** What the simulated process holds of an instance; `connectionState` and every send read it. */
export type Live = {
  id: string;
  name: string;
  integration: Integration;
  token: string;
  number: string | null;
  state: InstanceState;
  wuid: string | null;
  qr: { pairingCode?: string | null; code?: string; base64?: string; count?: number };
  pairingNumber: string | null;
  /** The webhook's base64 flag as it was when the instance last connected. */
  base64: boolean;
  /** Rises with every new socket; timers of an older socket do nothing. */
  socket: number;
  /** A QR is on show and can be scanned. */
  qrShown: boolean;
};

export type MessageKey = {
  remoteJid: string;
  fromMe: boolean;
  id: string;
  participant?: string;
  addressingMode?: string;
  /** Taken back for everyone. */
  deleted?: boolean;
};

export type MessageRecord = {
  key: MessageKey;
  pushName?: string;
  status?: string;
  message: Json;
  contextInfo?: Json;
  messageType: string;
  messageTimestamp: number;
  instanceId: string;
  source: string;
};

/** A way in which an answer goes wrong; `after` means the effect has happened by then. */
export type Fault =
  | 'http500-before'
  | 'http500-after'
  | 'reset-before'
  | 'reset-after'
  | 'hang'
  | 'hang-after'
  | 'drip'
  | 'html'
  | 'huge';

export const FAULTS: readonly Fault[] = [
  'http500-before',
  'http500-after',
  'reset-before',
  'reset-after',
  'hang',
  'hang-after',
  'drip',
  'html',
  'huge',
];

/** What a handler hands back: a status with a JSON body (a string is sent as text), or a fault. */
export type Answer = { status: number; body: unknown; fault?: Fault };

export type Call = {
  method: string;
  /** Path as it came, without the query. */
  path: string;
  /** URL as it came, with the query. */
  url: string;
  query: Json;
  body: Json;
  /** The uploaded file of a multipart body. */
  file: Buffer | null;
  apikey: string | undefined;
  host: string;
  /** Name taken from the path, before the query overrides it. */
  name: string | undefined;
};
