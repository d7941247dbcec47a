import type { Load } from '../support/load.ts';
import type { Form, World } from '../support/world.ts';

/** Something that goes wrong, again and again. */
export type Fault = {
  name: string;
  forms: readonly Form[];
  /**
   * One round: it happens and heals. Answers how often it hit its window, which is the moment its name tells, or the
   * time that something was under way.
   */
  strike(world: World, load: Load): Promise<number>;
  /** Sends that are broken off while it lasts are violations: `accepted` those that have a row, `all` every one. */
  promises?: 'accepted' | 'all';
};

export const bothForms: readonly Form[] = ['embedded', 'split'];
