import { type FaultResult, middle, type RoundResult } from './pass.ts';
import type { Form } from './support/world.ts';

/** Two tables: how often each fault hit and how soon all was well again; and what became of the messages. */
export function markdownOf(results: readonly RoundResult[]): string {
  const faults = Map.groupBy(
    results.flatMap(({ round, faults: each }) => each.map((result) => ({ ...result, round }))),
    ({ fault, round }) => (round === 'without echoes' ? `${fault}, without echoes` : fault),
  );
  const ends = results.map(({ round, form, violations, counts, quietAfterMs }) => {
    const sum = (...names: string[]) => names.reduce((total, name) => total + (counts[name] ?? 0), 0);
    const unknown = (left: string) =>
      Object.entries(counts).reduce((n, [name, count]) => (name.endsWith(`, ${left}`) ? n + count : n), 0);
    return [
      round,
      form,
      sum('sends wanted'),
      sum('sent', 'delivered', 'read', 'played'),
      sum('failed', 'expired', 'cancelled'),
      `${unknown('had left')} / ${unknown('had not left')}`,
      sum('messages injected'),
      sum('deliveries'),
      seconds(quietAfterMs),
      violations.length,
    ];
  });
  return [
    ...table(
      ['fault', 'hits embedded', 'hits split', 'serves again, embedded', 'serves again, split'],
      [...faults].map(([fault, both]) => [
        fault,
        hitsOf(both, 'embedded'),
        hitsOf(both, 'split'),
        recoveryOf(both, 'embedded'),
        recoveryOf(both, 'split'),
      ]),
    ),
    '',
    ...table(
      [
        'round',
        'form',
        'sends',
        'sent',
        'failed',
        'unknown: left / not',
        'received',
        'deliveries',
        'at rest after',
        'violations',
      ],
      ends,
    ),
    '',
  ].join('\n');
}

function hitsOf(results: readonly FaultResult[], form: Form): number | string {
  const found = results.find((result) => result.form === form);
  return found === undefined ? '–' : found.hits;
}

/** Middle and longest of the times from the end of the fault to a send of every number. */
function recoveryOf(results: readonly FaultResult[], form: Form): string {
  const found = results.find((result) => result.form === form);
  if (found === undefined) return '–';
  return `${seconds(middle(found.recoveryMs))}, at most ${seconds(Math.max(0, ...found.recoveryMs))}`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
