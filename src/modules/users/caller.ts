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
