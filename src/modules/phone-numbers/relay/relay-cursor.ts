import { DomainError } from '../../../platform/errors.ts';

/** A place in a list that a backend keeps: what it held at a moment, so that what comes later moves nothing. */
export type RelayPlace = { until: Date; skip: number; limit: number };

// The further a page lies behind, the more a backend reads for it.
const skipMax = 100_000;

/**
 * Where the next page begins; null at the end, and where it is too far. `latest` is the time of the first page's latest
 * entry, at which the list stands still from then on.
 */
export function nextPlace(place: RelayPlace, records: number, latest: Date | null = null): RelayPlace | null {
  const skip = place.skip + place.limit;
  if (records < place.limit || skip > skipMax) return null;
  return { ...place, skip, until: place.skip === 0 && latest !== null ? latest : place.until };
}

export function encodePlace({ until, skip, limit }: RelayPlace): string {
  return Buffer.from(`${until.getTime()}.${skip}.${limit}`).toString('base64url');
}

/** Throws `invalid_request` for text that no page gave. */
export function decodePlace(text: string): RelayPlace {
  const written = Buffer.from(text, 'base64url').toString('utf8');
  const [, until, skip, limit] = (/^(\d{1,14})\.(\d{1,6})\.(\d{1,3})$/.exec(written) ?? []).map(Number);
  if (until === undefined || skip === undefined || limit === undefined || limit === 0 || skip % limit !== 0) {
    throw new DomainError('invalid_request', 'cursor: not one that a list gave.', { kind: 'invalid' });
  }
  return { until: new Date(until), skip, limit };
}
