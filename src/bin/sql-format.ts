import type { FieldDef } from 'pg';

/** One result with rows, every value as Postgres writes it. */
export interface Rows {
  fields: Pick<FieldDef, 'name' | 'dataTypeID'>[];
  rows: (string | null)[][];
}

export type RowFormat = 'table' | 'expanded' | 'csv' | 'json';

export function formatRows(format: RowFormat, result: Rows): string {
  switch (format) {
    case 'table':
      return table(result);
    case 'expanded':
      return expanded(result);
    case 'csv':
      return csv(result);
    case 'json':
      return json(result);
    default:
      return format satisfies never;
  }
}

function table({ fields, rows }: Rows): string {
  const cells = rows.map((row) => row.map((value) => linesOf(value)));
  const headers = fields.map((field) => linesOf(field.name).join(' '));
  const widths = headers.map((header, column) =>
    Math.max(widthOf(header), ...cells.flatMap((row) => (row[column] ?? []).map(widthOf))),
  );
  const header = headers.map((name, column) => ` ${centered(name, widths[column] ?? 0)} `).join('|');
  const rule = widths.map((width) => '-'.repeat(width + 2)).join('+');
  const body = cells.flatMap((row) => {
    const height = Math.max(1, ...row.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      row
        .map((cell, column) => {
          const text = cell[line] ?? '';
          const pad = ' '.repeat((widths[column] ?? 0) - widthOf(text));
          const goesOn = line + 1 < cell.length ? '+' : ' ';
          return isNumber(fields[column]?.dataTypeID) ? ` ${pad}${text}${goesOn}` : ` ${text}${pad}${goesOn}`;
        })
        .join('|')
        .trimEnd(),
    );
  });
  return [header.trimEnd(), rule, ...body, rowCount(rows.length), ''].join('\n');
}

function expanded({ fields, rows }: Rows): string {
  const nameWidth = Math.max(0, ...fields.map((field) => widthOf(field.name)));
  const records = rows.flatMap((row, index) => [
    `-[ RECORD ${index + 1} ]${'-'.repeat(Math.max(0, nameWidth - 4))}`,
    ...row.flatMap((value, column) =>
      linesOf(value).map((text, line) => {
        const name = line === 0 ? (fields[column]?.name ?? '') : '';
        return `${name}${' '.repeat(nameWidth - widthOf(name))} | ${text}`.trimEnd();
      }),
    ),
  ]);
  return [...records, rowCount(rows.length), ''].join('\n');
}

function csv({ fields, rows }: Rows): string {
  const quoted = (value: string) =>
    value === '' || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  const lines = [fields.map((field) => field.name), ...rows].map((row) =>
    row.map((value) => (value === null ? '' : quoted(value))).join(','),
  );
  return lines.join('\n');
}

// What Postgres writes for numbers and json is JSON already, and without a number type's loss of digits.
function json({ fields, rows }: Rows): string {
  const literal = (value: string | null, type: number | undefined) => {
    if (value === null) return 'null';
    if (type === types.bool) return value === 't' ? 'true' : 'false';
    if (type === types.json || type === types.jsonb) return value;
    return isNumber(type) && /^-?\d/.test(value) ? value : JSON.stringify(value);
  };
  const records = rows.map(
    (row) =>
      `{${row.map((value, column) => `${JSON.stringify(fields[column]?.name)}:${literal(value, fields[column]?.dataTypeID)}`).join(',')}}`,
  );
  return records.length === 0 ? '[]' : `[\n${records.join(',\n')}\n]`;
}

const types = { bool: 16, json: 114, jsonb: 3802 };
const numberTypes = new Set([20, 21, 23, 26, 700, 701, 1700]);
const isNumber = (type: number | undefined) => type !== undefined && numberTypes.has(type);

const rowCount = (count: number) => `(${count} ${count === 1 ? 'row' : 'rows'})`;

function centered(text: string, width: number): string {
  const free = width - widthOf(text);
  return ' '.repeat(Math.floor(free / 2)) + text + ' '.repeat(Math.ceil(free / 2));
}

// Data may come from strangers: what would steer the terminal is shown, not sent.
function linesOf(value: string | null): string[] {
  if (value === null) return [''];
  return value.split('\n').map((line) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones meant
    line.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) =>
      character === '\t' ? '    ' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
    ),
  );
}

const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const noWidth = /\p{Mn}|\p{Me}|\u200d|\ufe0f/u;

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += noWidth.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}
