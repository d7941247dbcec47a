/**
 * Cuts SQL text at the semicolons that end statements; those in strings, quoted names, dollar quotes, comments and
 * function bodies do not. `rest` is what follows the last one.
 */
export function splitStatements(text: string): { statements: string[]; rest: string } {
  const statements: string[] = [];
  let start = 0;
  let depth = 0;
  for (const token of text.matchAll(tokens)) {
    const word = token[0].toLowerCase();
    const statement = text.slice(start, token.index);
    if (word.startsWith('begin') && word.endsWith('atomic')) depth++;
    else if (depth > 0 && word === 'case') depth++;
    else if (depth > 0 && word === 'end') depth--;
    else if (word === ';' && depth === 0) {
      if (hasContent(statement)) statements.push(statement.trim());
      start = token.index + 1;
    }
  }
  return { statements, rest: text.slice(start) };
}

/** Whether there is more than blanks and comments. */
export function hasContent(text: string): boolean {
  return text.replace(comments, '').trim() !== '';
}

const lineComment = '--[^\\n]*';
const blockComment = '/\\*(?:[^*]|\\*(?!/))*(?:\\*/|$)';
const comments = new RegExp(`${lineComment}|${blockComment}`, 'g');

// Whatever may hold a semicolon without meaning it, each up to its end or the end of the text; then words and semicolons.
const tokens = new RegExp(
  [
    lineComment,
    blockComment,
    "\\b[eE]'(?:[^'\\\\]|\\\\[^]|'')*(?:'|$)",
    "'(?:[^']|'')*(?:'|$)",
    '"(?:[^"]|"")*(?:"|$)',
    '\\$(?<tag>[A-Za-z_\\u0080-\\uffff][\\w\\u0080-\\uffff]*|)\\$[^]*?(?:\\$\\k<tag>\\$|$)',
    '\\b[bB][eE][gG][iI][nN]\\s+[aA][tT][oO][mM][iI][cC]\\b',
    '[A-Za-z_\\u0080-\\uffff][\\w$\\u0080-\\uffff]*',
    ';',
  ].join('|'),
  'g',
);
