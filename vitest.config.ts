import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    // A machine that others use may be late; a test that fails three times is wrong. The report counts repetitions.
    retry: process.env.CI === undefined ? 0 : 2,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
