/** A metric that an expression asks for, with the labels that its matchers name. */
export type Selector = { metric: string; labels: string[] };

const words = new Set(
  `sum min max avg count topk bottomk quantile by without on ignoring group_left group_right and or unless bool
  rate irate increase delta deriv histogram_quantile clamp_min clamp_max abs absent absent_over_time avg_over_time
  max_over_time min_over_time label_replace time vector scalar`.split(/\s+/),
);

/** What a PromQL expression asks for, as far as a check of names needs it. */
export function selectorsIn(expr: string): Selector[] {
  const bare = expr
    // Lists of labels hold no metric, and neither do ranges and shifts; strings may hold anything.
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '$1')
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\boffset\s+\w+/g, '')
    .replace(/\b\d[\w.]*/g, '0');
  return [...bare.matchAll(/([a-zA-Z_:][\w:]*)\s*(?:\{([^}]*)\})?/g)]
    .filter(([, name = '']) => !words.has(name))
    .map(([, metric = '', matchers = '']) => ({
      metric,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }));
}

const closes: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** What makes it no expression: brackets that do not close, operands that are missing, nothing that is asked for. */
export function faultsOf(expr: string): string[] {
  const faults: string[] = [];
  const bare = expr.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const open: string[] = [];
  for (const character of bare) {
    if ('([{'.includes(character)) open.push(character);
    else if (character in closes && open.pop() !== closes[character]) faults.push(`"${character}" closes nothing`);
  }
  if (open.length > 0) faults.push(`"${open.at(-1)}" is not closed`);
  if (bare.replaceAll('""', '').includes('"')) faults.push('a string is not closed');
  if (/(?:[-+*/=<>(,]|\b(?:and|or|unless|by|on))\s*(?:$|\))/.test(bare)) faults.push('an operand is missing after one');
  if (/(?:^|\()\s*(?:[*/=<>,]|(?:and|or|unless)\b)/.test(bare)) faults.push('an operand is missing before one');
  if (selectorsIn(expr).length === 0) faults.push('it asks for nothing');
  return faults;
}
