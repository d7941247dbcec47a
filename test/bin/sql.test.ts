import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { claimDataDir } from '../../src/bin/data-dir.ts';
import { startEmbeddedPostgres } from '../../src/bin/embedded-postgres.ts';
import { createSqlSession } from '../../src/bin/sql-session.ts';
import { splitStatements } from '../../src/bin/sql-statements.ts';
import { cloneDatabase, startTestPostgres } from '../support/postgres.ts';
import { temporaryFolder } from './embedded-support.ts';

let server: Awaited<ReturnType<typeof startTestPostgres>>;
let url: string;

beforeAll(async () => {
  server = await startTestPostgres();
  url = (await cloneDatabase(server.url)).url;
  await runSql(
    { DATABASE_URL: url },
    `CREATE TABLE people (id int PRIMARY KEY, email text NOT NULL UNIQUE, big bigint, facts jsonb);
     CREATE VIEW emails AS SELECT email FROM people;
     INSERT INTO people VALUES (1, 'ada@example.com', 9007199254740993, '{"a": [1]}'), (2, 'x,"y"', NULL, NULL)`,
  );
});

afterAll(() => server.close());

function runSql(env: Record<string, string>, args: string | string[], input?: string) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [join(import.meta.dirname, '../../src/bin/sql.ts'), ...[args].flat()],
      { env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env }, cwd: '/' },
      (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
    );
    child.stdin?.end(input);
  });
}

test('a statement as argument prints an aligned table and the row count', async () => {
  const { out, code } = await runSql({ DATABASE_URL: url }, 'SELECT id, email FROM people ORDER BY id');
  expect(out.split('\n')).toEqual([
    ' id |      email',
    '----+-----------------',
    '  1 | ada@example.com',
    '  2 | x,"y"',
    '(2 rows)',
    '',
    '',
  ]);
  expect(code).toBe(0);
});

test('statements from standard input run in order, commands included', async () => {
  const { out } = await runSql(
    { DATABASE_URL: url },
    [],
    "BEGIN;\nUPDATE people\nSET big = 1 WHERE id = 2;\nROLLBACK;\n\\dt\n\\dv\n\\d people\nSELECT 'a;b' AS c",
  );
  expect(out).toMatch(/^BEGIN\nUPDATE 1\nROLLBACK\n/);
  expect(out).toMatch(/public \| people \| table/);
  expect(out).toMatch(/public \| emails \| view/);
  expect(out).toMatch(/email +\| text +\| not null/);
  expect(out).toMatch(/people_email_key \| UNIQUE \(email\)/);
  expect(out).toMatch(/ a;b\n\(1 row\)/);
});

test('an error shows its place, ends the script and makes the exit code 1', async () => {
  const { code, out, err } = await runSql(
    { DATABASE_URL: url },
    [],
    'SELECT 1 AS before;\nSELECT\n  nothing FROM people;\nSELECT 2 AS after;',
  );
  expect(code).toBe(1);
  expect(out).toContain('before');
  expect(out).not.toContain('after');
  expect(err).toBe('ERROR:  column "nothing" does not exist\nLINE 2:   nothing FROM people\n          ^\n');
});

test('--json keeps every digit, --csv quotes what needs it', async () => {
  const query = 'SELECT id, email, big, facts FROM people ORDER BY id';
  const json = await runSql({ DATABASE_URL: url }, ['--json', query]);
  expect(json.out).toContain('"big":9007199254740993');
  expect(JSON.parse(json.out)[0]).toMatchObject({ id: 1, email: 'ada@example.com', facts: { a: [1] } });
  const csv = await runSql({ DATABASE_URL: url }, ['--csv', query]);
  expect(csv.out).toBe('id,email,big,facts\n1,ada@example.com,9007199254740993,"{""a"": [1]}"\n2,"x,""y""",,\n');
});

test('control characters in data do not reach the terminal', async () => {
  const { out } = await runSql({ DATABASE_URL: url }, "SELECT E'\\x1b[2Jgone' AS a");
  expect(out).toContain('\\x1B[2Jgone');
});

test('a prompt goes on after an error and takes statements over several lines', async () => {
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  const session = createSqlSession({ client, format: 'table', stopOnError: false, print, printError: print });
  await session.line('SELEC;');
  await session.line('SELECT 41');
  expect(session.pending()).toBe(true);
  await session.line('\\x + 1 AS answer;');
  expect(session.pending()).toBe(false);
  await session.line('\\x');
  await session.line('SELECT 41 +');
  await session.line('1 AS answer;');
  await session.line('\\q');
  expect(printed[0]).toContain('syntax error at or near "SELEC"');
  expect(printed[1]).toContain('syntax error at or near "\\"');
  expect(printed.at(-1)).toContain('answer | 42');
  expect(session.finished()).toBe(true);
});

test('without DATABASE_URL it uses the database of the running gateway, and starts it when there is none', async () => {
  const dataDir = temporaryFolder();
  const none = await runSql({ DATA_DIR: dataDir }, 'SELECT 1');
  expect(none).toMatchObject({ code: 1, err: expect.stringContaining('no database in') });

  const claim = await claimDataDir(dataDir);
  const postgres = await startEmbeddedPostgres({ dataDir, log() {} });
  const running = await runSql({ DATA_DIR: dataDir }, 'CREATE TABLE kept AS SELECT 7 AS seven');
  await postgres.close();
  await claim.release();
  expect(running).toMatchObject({ code: 0, err: '' });

  const alone = await runSql({ DATA_DIR: dataDir }, ['--csv', 'SELECT * FROM kept']);
  expect(alone).toEqual({ code: 0, out: 'seven\n7\n', err: '' });
});

test('semicolons in strings, dollar quotes, comments and function bodies do not end a statement', () => {
  const whole = [
    "SELECT 'a;''b;'",
    "SELECT E'it\\';s'",
    'SELECT "odd;name"',
    'SELECT $tag$ ; $$ ; $tag$',
    '/* ; */ SELECT 1 -- ;',
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END',
    'BEGIN',
    'SELECT a$1 FROM b',
  ];
  expect(splitStatements(`${whole.join('\n;\n')}; SELECT 'open;`)).toEqual({
    statements: whole,
    rest: " SELECT 'open;",
  });
});
