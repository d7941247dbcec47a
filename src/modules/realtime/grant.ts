import type { Credential } from '../users/index.ts';

/** Whom a connection speaks for, and what it was opened with: it ends with that. */
export type Grant = { userId: number; credential: Credential };
