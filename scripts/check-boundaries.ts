/** Holds the dependency rules, and fails when the tool saw no modules, which it would otherwise call a success. */
import { spawnSync } from 'node:child_process';

const { stdout, stderr } = spawnSync(
  'depcruise',
  ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'],
  { encoding: 'utf8', maxBuffer: 256 * 1_048_576 },
);
if (stdout === '') throw new Error(stderr);
const { summary } = JSON.parse(stdout) as {
  summary: { totalCruised: number; violations: { from: string; to: string; rule: { name: string } }[] };
};
for (const { from, to, rule } of summary.violations) console.log(`${rule.name}: ${from} -> ${to}`);
console.log(`${summary.violations.length} violations in ${summary.totalCruised} modules`);
process.exitCode = summary.violations.length > 0 || summary.totalCruised < 50 ? 1 : 0;
