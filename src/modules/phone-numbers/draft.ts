import type { InboundSecret } from './inbound-secret.ts';
import type { Integration } from './phone-number.ts';

/** A number waiting to be set up on the backend where a place is reserved for it. */
export type Draft = {
  id: number;
  userId: number;
  integration: Integration;
  number: string | undefined;
  token: string;
  backendId: number;
  backendName: string;
  reservationId: string;
  inbound: InboundSecret;
};
