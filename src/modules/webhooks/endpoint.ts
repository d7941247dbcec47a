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
  /** The foreign contract by which it was set; null where our own API or a phone number's webhook_url made it. */
  dialect: string | null;
  /** Of the format `evolution`: each kind of event at a path of its own, media of received messages in base64. */
  byEvents: boolean;
  base64: boolean;
  createdAt: Date;
};

/** What a call of an endpoint needs beside what the call is about. */
export type CallableEndpoint = {
  url: string;
  format: EndpointFormat;
  byEvents: boolean;
  withMedia: boolean;
  headersSealed: string | null;
  secretSealed: string;
  /** Only while it still signs. */
  previousSecretSealed: string | null;
};
