type Cell = string | number | boolean | null;

/**
 * One line of a CSV file (RFC 4180, always with CRLF). A spreadsheet takes text that begins like a formula for one, and
 * runs it: such a cell begins with an apostrophe instead.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(textOf).join(',')}\r\n`;
}

function textOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const harmless = formula.test(cell) ? `'${cell}` : cell;
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

// Also behind what a spreadsheet skips, and in the wide forms that some read alike.
const formula = /^[\s\p{C}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u;
