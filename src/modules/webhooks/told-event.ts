/** An event with all that the formats say of it. */
export type ToldEvent = {
  /** `evt_…`, the same on every attempt and replay. */
  id: string;
  type: string;
  sequence: number;
  at: Date;
  payload: Record<string, unknown>;
  number: ToldNumber | null;
  /** The message that was sent, where the event is about one and it is still kept. */
  message: { kind: string; content: Record<string, unknown> } | null;
  /** The medium of a received message in base64, for whoever asked for it. */
  media?: string;
  /** Where it is delivered. */
  url: string;
  /** The installation's public URL. */
  serverUrl: string;
};

export type ToldNumber = {
  id: number;
  instanceName: string;
  alias: string | null;
  displayName: string | null;
  phoneNumber: string | null;
  profileName: string | null;
  ownJid: string | null;
  tokenHint: string;
};

/** What a test call is about; never appended as an event. */
export const testEventType = 'endpoint.test';

/** The public form of an event's id. */
export function eventIdText(uuid: string): string {
  return `evt_${uuid.replaceAll('-', '')}`;
}

/** What a user calls a number: the name of their own choice, else ours. */
export function nameOf(number: ToldNumber): string {
  return number.alias ?? number.instanceName;
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
