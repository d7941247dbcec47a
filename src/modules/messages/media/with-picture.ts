import type { Egress } from '../../../platform/egress/index.ts';
import type { MediaBudget } from './media-budget.ts';
import { loadMedia } from './media-content.ts';

/**
 * Works with a picture as base64, out of base64 or of an address, which we load through the guard: no backend ever loads
 * what a user chose. Its bytes count as media under way. Throws what loading media throws.
 */
export function createWithPicture(deps: {
  egress: Pick<Egress, 'checkUrl' | 'fetchBytes'>;
  budget: Pick<MediaBudget, 'place'>;
  fetchWithinMs?: number;
}) {
  return async function withPicture<T>(
    userId: number,
    given: { url: string } | { base64: string },
    work: (base64: string) => Promise<T>,
  ): Promise<T> {
    const place = deps.budget.place(userId);
    try {
      const media = await loadMedia(deps, place, 'image', given);
      return await work(media.base64());
    } finally {
      place.release();
    }
  };
}
