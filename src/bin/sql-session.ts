import type { Client, DatabaseError } from 'pg';
import { descriptions } from './sql-describe.ts';
import { formatRows, type RowFormat } from './sql-format.ts';
import { hasContent, splitStatements } from './sql-statements.ts';

/** Runs SQL that arrives line by line and prints what comes back. */
export interface SqlSession {
  /** Takes one line; runs every statement that it completes, or a command such as `\dt`. */
  line(text: string): Promise<void>;
  /** Runs what is left without a semicolon. */
  end(): Promise<void>;
  /** Forgets the lines of an unfinished statement. */
  clear(): void;
  /** Whether a statement has been begun but not ended. */
  pending(): boolean;
  failed(): boolean;
  finished(): boolean;
}

export function createSqlSession(options: {
  client: Client;
  format: RowFormat;
  /** End at the first error, as a script should; a prompt goes on. */
  stopOnError: boolean;
  print(text: string): void;
  printError(text: string): void;
}): SqlSession {
  const { client, stopOnError, print, printError } = options;
  let format = options.format;
  let buffer = '';
  let failed = false;
  let finished = false;

  return {
    async line(text) {
      if (!hasContent(buffer) && text.trimStart().startsWith('\\')) {
        buffer = '';
        return command(text.trim().replace(/;$/, ''));
      }
      const { statements, rest } = splitStatements(`${buffer}${text}\n`);
      buffer = hasContent(rest) ? rest : '';
      for (const statement of statements) {
        if (!finished) await run(statement);
      }
    },
    async end() {
      const statement = buffer.trim();
      buffer = '';
      if (hasContent(statement) && !finished) await run(statement);
    },
    clear() {
      buffer = '';
    },
    pending: () => buffer !== '',
    failed: () => failed,
    finished: () => finished,
  };

  function fail(message: string, ends: boolean): false {
    failed = true;
    finished = ends;
    printError(message);
    return false;
  }

  async function run(text: string, values?: string[], title?: string): Promise<boolean> {
    try {
      const query = {
        text,
        ...(values && { values }),
        rowMode: 'array',
        types: { getTypeParser: () => asWritten },
      } as const;
      const result = await client.query<(string | null)[]>(query);
      if (title !== undefined && result.rows.length === 0) return true;
      if (title !== undefined) print(`${title}:`);
      if (result.fields.length > 0) print(formatRows(format, result));
      else if (format === 'table' || format === 'expanded') print(commandTag(result.command, result.rowCount));
      return true;
    } catch (error) {
      if (!isServerError(error)) return fail(`ERROR:  ${error instanceof Error ? error.message : error}`, true);
      return fail(errorText(error, text), stopOnError || error.severity === 'FATAL');
    }
  }

  async function command(text: string): Promise<void> {
    const [word = '', name] = text.split(/\s+/);
    if (word === '\\q') finished = true;
    else if (word === '\\x') {
      format = format === 'expanded' ? 'table' : 'expanded';
      print(`Expanded display is ${format === 'expanded' ? 'on' : 'off'}.`);
    } else if (word === '\\?') print(help);
    else {
      const queries = descriptions(word, name);
      if (queries === undefined) fail(`unknown command ${word}; \\? lists what there is`, stopOnError);
      for (const query of queries ?? []) {
        if (!(await run(query.text, query.values, query.title))) return;
      }
    }
  }
}

const asWritten = (value: string) => value;

const help = `\\d          tables, views, sequences      \\dt  tables      \\dv  views
\\d <name>   columns, indexes, constraints
\\x          one line a column, on or off
\\q          quit
Statements end with a semicolon and may take several lines.`;

function commandTag(command: string | null, rowCount: number | null): string {
  if (command === null) return '';
  if (rowCount === null) return command;
  return command === 'INSERT' ? `INSERT 0 ${rowCount}` : `${command} ${rowCount}`;
}

function isServerError(error: unknown): error is DatabaseError {
  return error instanceof Error && 'severity' in error && 'code' in error;
}

function errorText(error: DatabaseError, statement: string): string {
  const lines = [`${error.severity}:  ${error.message}`];
  if (error.position !== undefined) lines.push(...placeOf(statement, Number(error.position)));
  if (error.detail !== undefined) lines.push(`DETAIL:  ${error.detail}`);
  if (error.hint !== undefined) lines.push(`HINT:  ${error.hint}`);
  return lines.join('\n');
}

// Postgres counts characters, from 1.
function placeOf(statement: string, position: number): string[] {
  const before = [...statement].slice(0, position - 1).join('');
  const lineNumber = before.split('\n').length;
  const column = before.length - (before.lastIndexOf('\n') + 1);
  const label = `LINE ${lineNumber}: `;
  return [`${label}${statement.split('\n')[lineNumber - 1] ?? ''}`, `${' '.repeat(label.length + column)}^`];
}
