export const endpointFormats = ['evofleet', 'evolution', 'connect'] as const;
export const schedules = ['standard', 'short'] as const;

export type EndpointFormat = (typeof endpointFormats)[number];
export type Schedule = (typeof schedules)[number];
export type DisabledReason = 'by_user' | 'gone' | 'only_failures';

/** A user's webhook receiver. */
export type Endpoint = {
  id: number;
  userId: number;
  /** Null: it hears of all the user's phone numbers, and of what is about none. */
  phoneNumberId: number | null;
  url: string;
  /** Null: all that its format can tell. */
  events: string[] | null;
  format: EndpointFormat;
  schedule: Schedule;
  enabled: boolean;
  disabledReason: DisabledReason | null;
  disabledAt: Date | null;
  /** The first failure since the last success. */
  failingSince: Date | null;
  /** Who else says what its URL is, and whether it exists. */
  origin: 'api' | 'phone_number' | 'settings';
  createdAt: Date;
};
