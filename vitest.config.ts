import { defineConfig } from 'vitest/config';
import { testReporter } from './scripts/test-report.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
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
