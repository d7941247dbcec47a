import type { NumberSettings } from './desired/number-settings.ts';

export type NumberStatus = 'initializing' | 'qr_ready' | 'connected' | 'disconnected' | 'error';
export type Integration = 'WHATSAPP-BAILEYS' | 'WHATSAPP-BUSINESS' | 'EVOLUTION';

/** One WhatsApp line of a user, as its owner sees it. */
export type PhoneNumber = {
  id: number;
  userId: number;
  instanceName: string;
  alias: string | null;
  displayName: string | null;
  phoneNumber: string | null;
  profileName: string | null;
  /** Its address on WhatsApp, as its backend told it last. */
  ownJid: string | null;
  status: NumberStatus;
  statusReason: string | null;
  tokenHint: string;
  integration: Integration;
  webhookUrl: string | null;
  qrCode: string | null;
  /** What the QR code says, for whoever draws it himself. */
  qrText: string | null;
  /** The other way to connect, where the backend gave one with the code. */
  pairingCode: string | null;
  /** Whom it was asked for; digits. */
  pairingNumber: string | null;
  qrExpiresAt: Date | null;
  connectedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  /** What its user chose of its behaviour; null: as it was created. */
  settings: Partial<NumberSettings> | null;
  /** It lost its connection too often: until then nobody but its user reconnects it. */
  restsUntil: Date | null;
  /** Since when its user lets it send nothing; what waits goes on waiting. */
  pausedAt: Date | null;
  isSandbox: boolean;
  pace: Pace;
};

/** How fast, and how often on a day (UTC), a number may send; null where it may as it likes. */
export type Pace = { sendIntervalMs: number | null; sendJitterMs: number | null; dailyCap: number | null };

/** What sending needs to know of a phone number. */
export type SendableNumber = {
  id: number;
  userId: number;
  status: NumberStatus;
  instanceName: string;
  /** The name of its user's choice. */
  alias: string | null;
  backendId: number;
  backendName: string;
  integration: Integration;
  isSandbox: boolean;
  /** Whether anything bounds how fast, or how often on a day, it may send. */
  isPaced: boolean;
  /** Its user lets it send nothing. */
  isPaused: boolean;
};
