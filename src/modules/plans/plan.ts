export type Plan = {
  planType: string;
  maxPhoneNumbers: number;
  maxMessagesPerDay: number;
  requestsPerMinute: number;
  price: string;
  /** Labels that a backend of these users' numbers must have. */
  placementLabels: string[];
  /** Whether such a user's numbers are on backends of their own. */
  isolation: 'shared' | 'dedicated';
};

/** Figures that replace a plan's own; what is left out stays. */
export type PlanOverride = {
  max_phone_numbers?: number;
  max_messages_per_day?: number;
  requests_per_minute?: number;
  price?: string;
};

/** Where the numbers of a plan's users may go; what is left out stays. */
export type PlanPlacement = { placementLabels?: readonly string[]; isolation?: Plan['isolation'] };
