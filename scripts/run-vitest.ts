import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';
import type { RunReport, Trouble } from './test-report.ts';

/** Names are `file > full name`. Each error outside of all tests is one of `failures`. */
export type Outcome = {
  passed: number;
  skipped: number;
  failures: Trouble[];
  /** Failed at first, and passed when repeated at once. */
  repeats: Trouble[];
  /** Failed until their file ran alone. */
  alone: Trouble[];
};

const filesAloneMax = 10;

/**
 * Runs the tests of these paths (all of them when there are none) without those of `except`. With `isPatient` each file that failed runs once
 * more when all are through, with nothing beside it, and what it does then counts: two noisy cores that carry two
 * files, their Postgres and their Redis can be late beyond any limit a test may set, and code that is wrong is wrong
 * alone as well. When more files than a few failed it was not the machine, and none is repeated.
 */
export async function runVitest(options: {
  paths: string[];
  except?: string[];
  /** How many files at once; as vitest.config.ts says unless given. */
  workers?: number;
  env: Record<string, string>;
  isPatient: boolean;
}): Promise<Outcome> {
  const { env, isPatient, except = [], workers } = options;
  const flags = [
    ...except.map((path) => `--exclude=${path}`),
    ...(workers === undefined ? [] : [`--maxWorkers=${workers}`]),
  ];
  const report = await runOnce(options.paths, env, flags);
  const failed = new Set([
    ...report.files.filter(({ failures }) => failures.length > 0).map(({ file }) => file),
    ...report.outside.flatMap(({ file }) => file ?? []),
  ]);
  if (!isPatient || failed.size === 0 || failed.size > filesAloneMax) return outcomeOf(report, []);

  console.log(`\nonce more, alone: ${[...failed].join(', ')}`);
  const again = await runOnce([...failed], env, ['--no-file-parallelism', '--isolate']);
  const isAgain = ({ file }: { file?: string }) => file !== undefined && failed.has(file);
  const repeated = again.files.filter(isAgain);
  // A file that the second run never came to keeps what it did in the first.
  const names = new Set(repeated.map(({ file }) => file));
  const isReplaced = ({ file }: { file?: string }) => file !== undefined && names.has(file);
  const files = [...report.files.filter((each) => !isReplaced(each)), ...repeated];
  const outside = [...report.outside.filter((each) => !isReplaced(each)), ...again.outside];
  const stillFails = (file: string | undefined) =>
    files.some((each) => each.file === file && each.failures.length > 0) || outside.some((each) => each.file === file);
  const outcome = outcomeOf(
    { files, outside },
    troublesOf({
      files: report.files.filter((each) => isReplaced(each) && !stillFails(each.file)),
      outside: report.outside.filter((each) => isReplaced(each) && !stillFails(each.file)),
    }),
  );
  return { ...outcome, repeats: [...outcomeOf(report, []).repeats, ...outcomeOf(again, []).repeats] };
}

async function runOnce(paths: string[], env: Record<string, string>, flags: string[] = []): Promise<RunReport> {
  const folder = await mkdtemp(join(tmpdir(), 'evofleet-test-report-'));
  const place = join(folder, 'report.json');
  const { code } = await run(['vitest', 'run', ...flags, ...paths], {
    quiet: false,
    env: { ...env, TEST_REPORT: place },
  });
  const report: RunReport = await readFile(place, 'utf8').then(JSON.parse, () => ({ files: [], outside: [] }));
  await rm(folder, { recursive: true, force: true });
  // A run can also fail as a whole: its set-up, its end, or the runner itself.
  if (code !== 0 && troublesOf(report).length === 0) {
    report.outside.push({ lines: [`vitest ended with code ${code} and names no reason; see its output above`] });
  }
  return report;
}

function outcomeOf(report: RunReport, alone: Trouble[]): Outcome {
  const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
  return {
    passed: sum(report.files.map(({ passed }) => passed)),
    skipped: sum(report.files.map(({ skipped }) => skipped)),
    failures: troublesOf(report),
    repeats: report.files.flatMap(({ file, repeats }) => repeats.map((each) => within(file, each))),
    alone,
  };
}

const troublesOf = (report: RunReport): Trouble[] => [
  ...report.files.flatMap(({ file, failures }) => failures.map((each) => within(file, each))),
  ...report.outside.map(({ file = 'no file', lines }) => ({ name: `${file} > (outside of the tests)`, lines })),
];

const within = (file: string, { name, lines }: Trouble): Trouble => ({ name: `${file} > ${name}`, lines });
