import { writeFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node';

/** What failed or was repeated: the path within the file, and the lines of its error. */
export type Trouble = { name: string; lines: string[] };
export type FileReport = {
  file: string;
  passed: number;
  skipped: number;
  failures: Trouble[];
  /** Tests that failed at first and passed when repeated. */
  repeats: Trouble[];
};
/** `outside` holds errors that belong to no test; `file` is the one that ran at the time, where that is known. */
export type RunReport = { files: FileReport[]; outside: { file?: string; lines: string[] }[] };

/** Writes a `RunReport` as JSON to `path` when a run ends. */
export function testReporter(path: string): Reporter {
  return {
    async onTestRunEnd(modules, errors) {
      const files = modules.map(reportOfFile);
      const outside = errors.map((error) => {
        const file = modules.find(({ moduleId }) => moduleId === error.VITEST_TEST_PATH)?.relativeModuleId;
        return { ...(file === undefined ? {} : { file }), lines: linesOf([error]) };
      });
      const isCutShort = files.some(({ failures }) => failures.some(({ lines }) => lines[0] === unfinished));
      // The end of a file's process is told twice, and the pool does not say of which file it speaks.
      const isOfPool = ({ lines }: { lines: string[] }) => lines[0]?.startsWith('[vitest-pool]') === true;
      const report: RunReport = { files, outside: outside.filter((each) => !(isCutShort && isOfPool(each))) };
      await writeFile(path, JSON.stringify(report));
    },
  };
}

const unfinished = 'It was never finished: its process ended, or the run did.';

function reportOfFile(module: TestModule): FileReport {
  const report: FileReport = { file: module.relativeModuleId, passed: 0, skipped: 0, failures: [], repeats: [] };
  // A hook that fails takes its tests along unseen: they count as skipped, so it counts as a failure of its own.
  for (const each of [module, ...module.children.allSuites()]) {
    if (each.errors().length > 0) report.failures.push({ name: nameOf(each), lines: linesOf(each.errors()) });
  }
  for (const test of module.children.allTests()) {
    const { state, errors = [] } = test.result();
    const trouble = { name: nameOf(test), lines: linesOf(errors) };
    if (state === 'skipped') report.skipped++;
    else if (state !== 'passed') {
      report.failures.push(state === 'failed' ? trouble : { ...trouble, lines: [unfinished] });
    } else {
      report.passed++;
      if (test.diagnostic()?.flaky === true) report.repeats.push(trouble);
    }
  }
  // The process of the file may have ended before it could name a single test.
  if (report.failures.length === 0 && (module.state() === 'pending' || module.state() === 'queued')) {
    report.failures.push({ name: '(the file)', lines: [unfinished] });
  }
  return report;
}

const nameOf = (task: TestModule | TestSuite | TestCase) => (task.type === 'module' ? '(the file)' : task.fullName);

function linesOf(errors: readonly SerializedError[]): string[] {
  const [error] = errors;
  if (error === undefined) return [];
  const { message, diff, stacks = [], stack = '' } = error;
  const place = stacks[0];
  const at =
    place === undefined ? stack.split('\n').find((line) => /^\s+at /.test(line)) : `at ${place.file}:${place.line}`;
  return [
    ...stripVTControlCharacters(message).split('\n'),
    at ?? '',
    ...stripVTControlCharacters(typeof diff === 'string' ? diff : '').split('\n'),
  ]
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}
