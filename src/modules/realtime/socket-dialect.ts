import type { NextEvent } from './next-events-system.ts';

/** What is said to a client: the name of an event and its content. */
export type SocketWord = [name: string, content: unknown];

/** What a client hears in the words of a foreign contract, beside the native events. */
export type Retelling = {
  /** A later retelling of the same name takes its place. */
  name: string;
  /** How things stand; said at once. */
  now: SocketWord[];
  /** What an event of the user is in these words; nothing where it is about something else. */
  retell(event: Pick<NextEvent, 'type' | 'at' | 'payload' | 'number'>): SocketWord[];
};

/** A foreign contract on the same connection. */
export type SocketDialect = {
  /** What a client says to hear its words. */
  word: string;
  /** Undefined where what was said with it cannot be understood. */
  subscribe(userId: number, said: unknown): Promise<Retelling | undefined>;
};
