export type User = {
  id: number;
  email: string;
  fullName: string | null;
  companyName: string | null;
  /** What may be shown of the API key: its prefix and last four characters. */
  apiKeyHint: string;
  planType: string;
  /** What counts for this user: an operator's own figure, else the plan's. */
  maxPhoneNumbers: number;
  maxMessagesPerDay: number;
  requestsPerMinute: number;
  role: 'user' | 'operator';
  status: 'active' | 'suspended';
  createdAt: Date;
};

/** A user with what is used of the limits today (UTC). */
export type Profile = User & {
  usageToday: { date: string; messagesUsed: number; messagesLeft: number; phoneNumbers: number };
};
