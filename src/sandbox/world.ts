import type { Clock } from '../platform/clock.ts';
import type { Identifiers } from './identifiers.ts';
import type { Knobs } from './knobs.ts';
import type { Ledger } from './ledger.ts';
import type { MessageStore } from './message-store.ts';
import type { Timers } from './timers.ts';
import type { Json, Live, Row } from './types.ts';

/** One simulated server: its database, its memory and what surrounds them. */
export type World = {
  clientName: string;
  apiKey: string;
  /** Own base URL, known once the server listens. */
  url: string;
  clock: Clock;
  identifiers: Identifiers;
  knobs: Knobs;
  /** Uniform in [0, 1) from `knobs.seed`; only failures draw from it, so that their row stays the same. */
  chance(): number;
  ledger: Ledger;
  timers: Timers;
  rows: Map<string, Row>;
  lives: Map<string, Live>;
  messages: MessageStore;
  /** Resolves when the last attempt of the call ended; nobody but a delete waits for it. */
  emit(live: Live, event: string, data: unknown): Promise<void>;
  /** To be called after every change of a row. */
  changed(): void;
};

/** Timestamp of a database row. */
export const isoNow = (world: Pick<World, 'clock'>): string => world.clock.now().toISOString();

/** Message timestamps are whole seconds. */
export const secondsNow = (world: Pick<World, 'clock'>): number => Math.round(world.clock.now().getTime() / 1000);

export function touch(world: World, row: Row, patch: Partial<Row>): void {
  Object.assign(row, patch, { updatedAt: isoNow(world) });
  world.changed();
}

/** The row behind a live instance; undefined when it was deleted or belongs to a namesake. */
export function rowOf(world: World, live: Live): Row | undefined {
  const row = world.rows.get(live.name);
  return row?.id === live.id ? row : undefined;
}

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const asJson = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};

export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
