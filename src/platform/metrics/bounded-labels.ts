/**
 * Keeps a label to at most `max` values: one that comes when they are all taken becomes `other`. For labels whose values
 * are few by nature, so that a mistake elsewhere cannot make them many.
 */
export function createBoundedLabel(max: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= max) return 'other';
    known.add(value);
    return value;
  };
}
