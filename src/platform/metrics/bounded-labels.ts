export type BoundedLabel = (value: string, mayTakePlace?: boolean) => string;

/**
 * Keeps a label to at most `max` values: one that comes when all places are taken becomes `other`, and so does one that
 * has no place and may not take one. For labels whose values are bounded by nature, but not by enough.
 */
export function createBoundedLabel(max: number): BoundedLabel {
  const known = new Set<string>();
  return (value, mayTakePlace = true) => {
    if (known.has(value)) return value;
    if (!mayTakePlace || known.size >= max) return 'other';
    known.add(value);
    return value;
  };
}
