/** A text with `{{variables}}`. */
export type Template = {
  variables: readonly string[];
  /** The text with every variable's value in its place; values are taken as they are, never as templates. */
  render(values: Readonly<Record<string, string>>): string;
};

type Part = { text: string } | { variable: string };

const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,63})\s*\}\}/g;

/** Reads a template; undefined where a `{{` begins no variable, so that a slip never reaches a recipient. */
export function parseTemplate(text: string): Template | undefined {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(placeholder)) {
    parts.push({ text: text.slice(at, match.index) }, { variable: match[1] ?? '' });
    at = match.index + match[0].length;
  }
  parts.push({ text: text.slice(at) });
  if (parts.some((part) => 'text' in part && part.text.includes('{{'))) return undefined;
  const variables = [...new Set(parts.flatMap((part) => ('variable' in part ? [part.variable] : [])))];
  return {
    variables,
    render: (values) => parts.map((part) => ('text' in part ? part.text : ownValue(values, part.variable))).join(''),
  };
}

// A variable may be called like something every object has.
function ownValue(values: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(values, name) ? (values[name] ?? '') : '';
}
