export type Plan = {
  planType: string;
  maxPhoneNumbers: number;
  maxMessagesPerDay: number;
  requestsPerMinute: number;
  price: string;
};

/** Figures that replace a plan's own; what is left out stays. */
export type PlanOverride = {
  max_phone_numbers?: number;
  max_messages_per_day?: number;
  requests_per_minute?: number;
  price?: string;
};
