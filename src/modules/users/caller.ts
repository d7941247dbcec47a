/** Who is calling, as a key or a token tells. */
export type Caller = {
  userId: number;
  role: 'user' | 'operator';
  status: 'active' | 'suspended';
  requestsPerMinute: number;
  maxMessagesPerDay: number;
  /** The login session behind an access token; null where an API key was presented. */
  sessionId: string | null;
};

/** What a query joined with users selects of a caller, so that a key and a token tell the same. */
export const callerColumns = [
  'users.id as userId',
  'users.role',
  'users.status',
  'users.requests_per_minute as requestsPerMinute',
  'users.max_messages_per_day as maxMessagesPerDay',
] as const;
