import { expectedDifferences, skipped } from './expected-differences.ts';
import { rules } from './normalise.ts';
import type { Outcome } from './replay.ts';

type Outcomes = ReadonlyMap<string, Outcome>;

/** Where the answers to recordings differ, by recording; those replayed with another body have a star. */
export function differencesFound(outcomes: Outcomes, adapted: Outcomes): Record<string, readonly string[]> {
  const starred = [...adapted].map(([number, outcome]) => [`${number}*`, outcome] as const);
  const different = [...outcomes, ...starred].filter(([, { at }]) => at.length > 0);
  return Object.fromEntries(different.map(([number, { at }]) => [number, at] as const).sort());
}

/** The same as the table of them says. */
export function differencesExpected(): Record<string, readonly string[]> {
  const entries = expectedDifferences.flatMap(({ of }) => Object.entries(of));
  if (new Set(entries.map(([number]) => number)).size < entries.length) throw new Error('a recording is listed twice');
  return Object.fromEntries(entries.sort());
}

/** The report in Markdown, as it stands in docs/dialects.md. */
export function reportOf(recorded: number, outcomes: Outcomes, adapted: Outcomes): string {
  const equal = (of: Outcomes) => [...of.values()].filter(({ at }) => at.length === 0).length;
  const lines = [
    `Of ${recorded} recordings ${outcomes.size} were compared: ${equal(outcomes)} are answered equally, ` +
      `${outcomes.size - equal(outcomes)} differently on purpose; ${Object.keys(skipped).length} was skipped. ` +
      `${adapted.size} of those that are refused as they stand were replayed a second time without what is refused ` +
      `(their numbers have a star): ${equal(adapted)} of them are then equal.`,
    '',
    '| different on purpose | how many | recordings |',
    '|---|--:|---|',
    ...expectedDifferences.map(({ why, of }) => {
      const numbers = Object.keys(of).sort();
      return `| ${why} | ${numbers.length} | ${runsOf(numbers)} |`;
    }),
    '',
    '| skipped | because it is |',
    '|---|---|',
    ...Object.entries(skipped).map(([number, why]) => `| ${number} | ${why} |`),
    '',
    '| rule | what it takes out before answers are compared |',
    '|---|---|',
    ...Object.entries(rules).map(([rule, what]) => `| ${rule} | ${what} |`),
  ];
  return lines.join('\n');
}

/** `270-275, 342` */
function runsOf(numbers: string[]): string {
  const runs: string[][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && Number(last.at(-1)) + 1 === Number(number)) last.push(number);
    else runs.push([number]);
  }
  return runs.flatMap((run) => (run.length > 2 ? [`${run[0]}-${run.at(-1)}`] : run)).join(', ');
}
