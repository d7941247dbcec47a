const depthMax = 200;

/** A copy of a JSON value with every text in it changed, the names of fields apart; deeper than 200 levels it ends. */
export function withTexts(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= depthMax) return null;
  if (Array.isArray(value)) return value.map((each) => withTexts(each, change, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) {
    // Assigning to this name would set the prototype.
    if (name !== '__proto__') copy[name] = withTexts(each, change, depth + 1);
  }
  return copy;
}
