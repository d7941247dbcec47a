export type DeliveryStatus = 'pending' | 'delivered' | 'dead';

/** One event on its way to one endpoint. */
export type Delivery = {
  id: string;
  endpointId: number;
  phoneNumberId: number | null;
  eventId: string;
  eventType: string;
  status: DeliveryStatus;
  /** Why it is a dead letter. */
  statusReason: string | null;
  attempts: number;
  /** When the next attempt is due; null once it has ended. */
  dueAt: Date | null;
  createdAt: Date;
  endedAt: Date | null;
};

export type Attempt = {
  attempt: number;
  sentAt: Date;
  statusCode: number | null;
  error: string | null;
  responseTimeMs: number | null;
  payload: string | null;
};
