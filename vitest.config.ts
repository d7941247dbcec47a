import { defineConfig } from 'vitest/config';
import { testReporter } from './scripts/test-report.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    // A machine that others use may be late; a test that fails three times is wrong. The report names what was repeated.
    retry: process.env.CI === undefined ? 0 : 2,
    hookTimeout: 60_000,
    reporters: ['default', ...(process.env.TEST_REPORT === undefined ? [] : [testReporter(process.env.TEST_REPORT)])],
  },
});
