import type { Drift } from './drifts.ts';
import type { HourResult } from './hour.ts';

const aims = {
  mended: 'mended',
  told: 'its user is told',
  found: 'operators are told',
  removed: 'removed',
} as const;

/** What was broken, how soon it was found and mended, and what became of the messages. */
export function markdownOf(result: HourResult, about: string): string {
  const { violations, figures, drifts, deeds, repairs } = result;
  const rows = [...Map.groupBy(drifts, ({ what }) => what)].map(([what, some]) => [
    what,
    some.length,
    spanOf(some, ({ foundAt, injectedAt }) => (foundAt === undefined ? undefined : foundAt - injectedAt)),
    aims[some[0]?.aim ?? 'mended'],
    spanOf(some, ({ mendedAt, countsFrom }) => (mendedAt === undefined ? undefined : mendedAt - countsFrom)),
    some.filter(({ mendedAt }) => mendedAt === undefined).length,
    spanOf(some, ({ scannedAt, mendedAt }) =>
      scannedAt === undefined || mendedAt === undefined ? undefined : scannedAt - mendedAt,
    ),
  ]);
  return [
    about,
    '',
    ...table(
      [
        'what',
        'times',
        'found after: middle, most',
        'aim',
        'so after: middle, most',
        'never',
        'open again after a scan',
      ],
      rows,
    ),
    '',
    ...table(['figure', ''], Object.entries(figures)),
    '',
    ...table(
      ['finding', 'step', 'outcome', 'times'],
      repairs.map(({ kind, step, outcome, detail, times }) => [
        kind,
        step,
        [outcome, detail ?? []].flat().join(': '),
        times,
      ]),
    ),
    '',
    ...deeds.map((deed) => `- ${deed}`),
    '',
    `${violations.length} violations`,
    ...violations.map((violation) => `- ${violation}`),
    '',
  ].join('\n');
}

function spanOf(drifts: readonly Drift[], of: (drift: Drift) => number | undefined): string {
  const known = drifts.map(of).filter((ms) => ms !== undefined);
  if (known.length === 0) return '–';
  known.sort((a, b) => a - b);
  return `${seconds(known[known.length >> 1] ?? 0)}, ${seconds(known.at(-1) ?? 0)}`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
