/** What a user may hear about. */
export const eventTypes = [
  'message.received',
  'message.sent',
  'message.delivered',
  'message.read',
  'message.failed',
  'message.unknown',
  'number.created',
  'number.qr',
  'number.connected',
  'number.disconnected',
  'number.error',
  'number.deleted',
  'endpoint.disabled',
] as const;

export type EventType = (typeof eventTypes)[number];
