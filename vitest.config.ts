import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/test-order.ts';
import { testReporter } from './scripts/test-report.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // No module holds state, so files may share a process: they load the code once, and it stays warm.
    isolate: false,
    // Most tests wait most of the time, so that two cores carry four files; scripts/test.ts has those that cannot stand it.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    // Against a hang; no claim of a test.
    testTimeout: 60_000,
    // A machine that others use may be late; a test that fails three times is wrong. The report names what was repeated.
    retry: process.env.CI === undefined ? 0 : 2,
    hookTimeout: 120_000,
    setupFiles: ['test/support/patience.ts'],
    expect: { poll: { timeout: 4_500 } },
    reporters: ['default', ...(process.env.TEST_REPORT === undefined ? [] : [testReporter(process.env.TEST_REPORT)])],
  },
});
