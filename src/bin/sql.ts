import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { openDatabase } from './sql-database.ts';
import type { RowFormat } from './sql-format.ts';
import { createSqlSession, type SqlSession } from './sql-session.ts';

const usage = `Runs SQL on the database in use.

  npm run sql                           a prompt (\\? lists its commands)
  npm run sql -- "SELECT * FROM users"  these statements
  npm run -s sql < file.sql             statements from standard input

  --json, --csv   print rows that way      -x, --expanded   one line a column
`;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        csv: { type: 'boolean' },
        expanded: { type: 'boolean', short: 'x' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      return 0;
    }
    loadEnvFile();
    const database = await openDatabase(process.env);
    try {
      const format = values.json ? 'json' : values.csv ? 'csv' : values.expanded ? 'expanded' : 'table';
      return await runSql(database.url, format, positionals.join(' '));
    } finally {
      await database.close();
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

function loadEnvFile(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function runSql(url: string, format: RowFormat, text: string): Promise<number> {
  const client = new Client({ connectionString: url, application_name: 'evofleet sql' });
  let lost = false;
  // Whatever was running reports it; an idle prompt notices with its next statement.
  client.on('error', () => {
    lost = true;
  });
  client.on('notice', (notice) => process.stderr.write(`${notice.severity}:  ${notice.message}\n`));
  // The reader has gone, such as "head": there is nobody left to print for.
  process.stdout.on('error', () => process.exit(0));
  await client.connect();
  const prompting = text === '' && process.stdin.isTTY === true;
  const session = createSqlSession({
    client,
    format,
    stopOnError: !prompting,
    print: (line) => process.stdout.write(`${line}\n`),
    printError: (line) => process.stderr.write(`${line}\n`),
  });
  try {
    if (prompting) await prompt(session, client, url);
    else await runScript(session, text === '' ? process.stdin : text.split('\n'));
  } finally {
    if (!lost) await client.end();
  }
  return session.failed() && (!prompting || lost) ? 1 : 0;
}

async function runScript(session: SqlSession, input: NodeJS.ReadStream | string[]): Promise<void> {
  const lines = Array.isArray(input) ? input : createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    await session.line(line);
    if (session.finished()) return;
  }
  await session.end();
}

async function prompt(session: SqlSession, client: Client, url: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout, historySize: 1000 });
  const show = () => {
    terminal.setPrompt(session.pending() ? 'evolution-> ' : 'evolution=> ');
    terminal.prompt();
  };
  let running = false;
  terminal.on('SIGINT', () => {
    if (running) return void cancel(client, url);
    session.clear();
    process.stdout.write('\n');
    show();
  });
  process.stdout.write('Statements end with a semicolon. \\? lists commands, \\q quits.\n');
  show();
  for await (const line of terminal) {
    running = true;
    await session.line(line);
    running = false;
    if (session.finished()) break;
    show();
  }
  terminal.close();
}

async function cancel(client: Client, url: string): Promise<void> {
  const other = new Client({ connectionString: url });
  try {
    await other.connect();
    await other.query('SELECT pg_cancel_backend($1)', [(client as Client & { processID: number }).processID]);
  } catch (error) {
    process.stderr.write(`The statement could not be cancelled: ${error instanceof Error ? error.message : error}\n`);
  } finally {
    await other.end();
  }
}
