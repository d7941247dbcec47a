/**
 * The long pass: every fault of every round on both forms, then a table of what was hit and what came of it.
 *
 *   node test/faults/run.ts [--form embedded|split] [--round NAME,…] [--fault PART] [--hits 10] [--rate 25] [--out DIR]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rounds } from './faults/index.ts';
import { type RoundResult, runRound } from './pass.ts';
import { markdownOf } from './report.ts';
import { canOwnNames } from './support/name-server.ts';
import type { Form } from './support/world.ts';

const { values } = parseArgs({
  options: {
    form: { type: 'string', default: 'embedded,split' },
    round: { type: 'string' },
    fault: { type: 'string' },
    hits: { type: 'string', default: '10' },
    rate: { type: 'string', default: '25' },
    leases: { type: 'string', default: 'wait' },
    out: { type: 'string', default: 'test/faults/results' },
  },
});

const results: RoundResult[] = [];
for (const form of values.form.split(',') as Form[]) {
  for (const round of rounds) {
    const faults = round.faults.filter(
      ({ name, forms }) => forms.includes(form) && (values.fault === undefined || name.includes(values.fault)),
    );
    const isWanted = values.round === undefined || values.round.split(',').includes(round.name);
    if (!isWanted || faults.length === 0) continue;
    if (round.ownNames && !canOwnNames()) {
      console.log(`${form} · ${round.name}: skipped, a program gets an /etc/resolv.conf of its own from root alone`);
      continue;
    }
    const result = await runRound(
      form,
      { ...round, faults },
      {
        hitsEach: Number(values.hits),
        isWhole: true,
        perSecond: Number(values.rate),
        restWithinMs: 240_000,
        evidenceMs: 30_000,
        leases: values.leases === 'end' ? 'end' : 'wait',
        log: (line) => console.log(new Date().toISOString().slice(11, 19), line),
      },
    ).catch((error: unknown) => brokenOff(form, round.name, error));
    results.push(result);
    console.log(`${form} · ${round.name}: ${result.violations.length} violations`, result.counts);
    for (const violation of result.violations.slice(0, 20)) console.log(JSON.stringify(violation, null, 1));
    await save();
  }
}
process.exitCode = results.every(({ violations }) => violations.length === 0) ? 0 : 1;

function brokenOff(form: Form, round: string, error: unknown): RoundResult {
  const story = error instanceof Error ? error.stack : String(error);
  const violation = { invariant: 'the round comes to its end', ids: [round], story };
  return { round, form, faults: [], violations: [violation], counts: {}, quietAfterMs: 0, seconds: 0 };
}

async function save(): Promise<void> {
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'latest.json'), `${JSON.stringify(results, null, 1)}\n`);
  await writeFile(join(values.out, 'latest.md'), markdownOf(results));
}
