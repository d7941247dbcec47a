import type { NumberStatus } from '../phone-numbers/index.ts';

export const strategies = ['round_robin', 'sticky', 'least_used'] as const;

/** `sticky` keeps a recipient with the number that last wrote to him; `least_used` goes by what was sent today (UTC). */
export type Strategy = (typeof strategies)[number];

export type PoolMember = { id: number; instanceName: string; alias: string | null; status: NumberStatus };

/** Phone numbers of one user that send in turn. */
export type Pool = { id: number; name: string; strategy: Strategy; members: PoolMember[]; createdAt: Date };

/** The pool that every user has without making it: all of his phone numbers, in turn. */
export const poolOfAll = 'all';
