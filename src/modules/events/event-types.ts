/** What a user may hear about. */
export const eventTypes = [
  'message.received',
  'message.sent',
  'message.delivered',
  'message.read',
  'message.played',
  'message.failed',
  'message.unknown',
  'message.expired',
  'message.cancelled',
  'number.created',
  'number.qr',
  'number.connected',
  'number.disconnected',
  'number.error',
  'number.deleted',
  'number.moved',
  'endpoint.disabled',
  'quota.threshold',
  'campaign.updated',
  // Operators alone.
  'fleet.finding',
  'fleet.repair',
  'fleet.incident',
  'fleet.alert',
] as const;

export type EventType = (typeof eventTypes)[number];

/** Whether it is about the fleet: no ordinary user hears of it. */
export function isForOperators(type: string): boolean {
  return type.startsWith('fleet.');
}
