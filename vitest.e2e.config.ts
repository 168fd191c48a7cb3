import { defineConfig } from 'vitest/config';

// Real programs and real clients on loopback: one file at a time, so that their memory and time can be read.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    setupFiles: ['test/setup.ts'],
    testTimeout: 180_000,
    hookTimeout: 600_000,
  },
});
