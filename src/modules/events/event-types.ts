/** What a user may hear about. */
export type EventType =
  | 'message.received'
  | 'message.sent'
  | 'message.delivered'
  | 'message.read'
  | 'message.failed'
  | 'message.unknown'
  | 'number.created'
  | 'number.qr'
  | 'number.connected'
  | 'number.disconnected'
  | 'number.error'
  | 'number.deleted';
