/** The first part of the query keys whose answers an event may have changed. */
export function keysOfEvent(type: string): string[][] {
  const [subject] = type.split('.');
  switch (subject) {
    case 'message':
      return [['messages'], ['dashboard'], ['chats'], ['deliveries']];
    case 'number':
      return [['numbers'], ['dashboard']];
    case 'endpoint':
      return [['endpoints'], ['deliveries']];
    case 'campaign':
      return [['campaigns']];
    case 'quota':
      return [['session'], ['dashboard']];
    case 'fleet':
      return [['fleet']];
    default:
      return [];
  }
}
