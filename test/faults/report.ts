import { middle, type RoundResult } from './pass.ts';

/** One table of the faults, one of what the messages came to. */
export function markdownOf(results: readonly RoundResult[]): string {
  const rows = results.flatMap(({ faults, round }) =>
    faults.map(({ fault, form, hits, rounds, recoveryMs }) => {
      const most = Math.max(0, ...recoveryMs);
      return `| ${fault} | ${round} | ${form} | ${hits} | ${rounds} | ${seconds(middle(recoveryMs))} | ${seconds(most)} |`;
    }),
  );
  const ends = results.map(({ round, form, violations, counts, quietAfterMs, seconds: lasted }) => {
    const told = Object.entries(counts).map(([name, n]) => `${name}: ${n}`);
    return `| ${round} | ${form} | ${violations.length} | ${seconds(quietAfterMs)} | ${lasted} s | ${told.join('; ')} |`;
  });
  return [
    '| fault | round | form | hits | struck | serves again after (middle) | at most |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    '| round | form | violations | at rest after | lasted | what came of the messages |',
    '|---|---|---|---|---|---|',
    ...ends,
    '',
  ].join('\n');
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
