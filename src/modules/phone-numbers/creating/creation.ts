import type { NumberSettings } from '../desired/number-settings.ts';
import type { InboundSecret } from '../inbound-secret.ts';
import type { Integration } from '../phone-number.ts';

/** A number being created, and the place that is reserved for it. */
export type Creation = {
  id: number;
  userId: number;
  integration: Integration;
  backendId: number;
  backendName: string;
  reservationId: string;
};

/** All that its backend must be told to make it. */
export type Draft = Creation & {
  /** Its own number in digits, where the backend must know it beforehand. */
  number: string | undefined;
  /** Whom a pairing code is for; digits. */
  pairingNumber: string | undefined;
  /** What Meta knows it by, for a line of the official Cloud API. */
  official: { businessId: string; accessToken: string } | undefined;
  settings: Partial<NumberSettings> | undefined;
  inbound: InboundSecret;
};
